//! Which shard to run: as typed, or as the batch system says.

use std::str::FromStr;

use cordiale::Shard;

use crate::exit::Failure;

/// `--shard`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShardArgument {
    /// `3/16`
    Given(Shard),
    /// `auto`, or `auto/16` with their number.
    Auto(Option<u32>),
}

impl FromStr for ShardArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("auto") {
            Some("") => Ok(Self::Auto(None)),
            Some(rest) => match rest.strip_prefix('/').and_then(|of| of.parse().ok()) {
                Some(of) => Shard::new(1, of).map(|_| Self::Auto(Some(of))).map_err(|e| e.to_string()),
                None => Err("write auto, or auto/N with the number of shards".to_owned()),
            },
            None => text.parse().map(Self::Given).map_err(|error: cordiale::RunError| error.to_string()),
        }
    }
}

impl ShardArgument {
    /// The shard, with what the environment says where that is asked for.
    pub(crate) fn resolve(self) -> Result<Shard, Failure> {
        match self {
            Self::Given(shard) => Ok(shard),
            Self::Auto(of) => from_environment(of, &|name| std::env::var(name).ok()).map_err(Failure::new),
        }
    }
}

/// Where a batch system tells the rank and, counted from 0, how many there are.
const RANKS: [(&str, &str); 2] = [("PMI_RANK", "PMI_SIZE"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")];

fn from_environment(of: Option<u32>, get: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let array = number(get, "SLURM_ARRAY_TASK_ID")?;
    for (rank, size) in RANKS {
        let Some(number_of) = number(get, rank)? else { continue };
        let told = number(get, size)?;
        match array {
            None => return shard(rank, number_of, of, told.map(|told| (size, told))),
            // A launcher of one process, as Slurm's own.
            Some(_) if told.unwrap_or(1) <= 1 => {}
            Some(_) => {
                return Err(format!(
                    "--shard auto finds both SLURM_ARRAY_TASK_ID and {rank}, and every rank would run the same shard; give the shard as in --shard 3/16"
                ));
            }
        }
    }
    if let Some(id) = array {
        return slurm_array(id, of, get);
    }
    if let Some(index) = number(get, "JOB_COMPLETION_INDEX")? {
        return shard("JOB_COMPLETION_INDEX", index, of, None);
    }
    Err("--shard auto finds no batch system: none of SLURM_ARRAY_TASK_ID, PMI_RANK, OMPI_COMM_WORLD_RANK and JOB_COMPLETION_INDEX is set; give the shard as in --shard 3/16".to_owned())
}

/// The tasks of a SLURM array may begin anywhere, but must follow each other.
fn slurm_array(id: u64, of: Option<u32>, get: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let (min, max) = (number(get, "SLURM_ARRAY_TASK_MIN")?, number(get, "SLURM_ARRAY_TASK_MAX")?);
    let count = number(get, "SLURM_ARRAY_TASK_COUNT")?;
    // Where the first task is not told, 1 is the one that people begin with.
    let min = min.unwrap_or(1);
    let spanned = max.map(|max| max.saturating_sub(min).saturating_add(1));
    let step = number(get, "SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
    let stepped = max.map(|max| max.saturating_sub(min) / step + 1);
    if let (Some(spanned), Some(count)) = (spanned, count.or(stepped))
        && spanned != count
    {
        return Err(format!(
            "--shard auto needs an array whose tasks follow each other, as in --array=1-16; this one has {count} tasks from {min} to {}; give the shard as in --shard 3/16",
            max.unwrap_or_default()
        ));
    }
    let rank = id.checked_sub(min).ok_or_else(|| {
        format!(
            "SLURM_ARRAY_TASK_ID is {id}, and the array begins at {min}; give the shard as in --shard 3/16"
        )
    })?;
    let told = count.map(|n| ("SLURM_ARRAY_TASK_COUNT", n)).or(spanned.map(|n| ("SLURM_ARRAY_TASK_MAX", n)));
    shard("SLURM_ARRAY_TASK_ID", rank, of, told)
}

/// The shard of a rank from 0, of as many as the command line or the batch system says; if both do, of both.
fn shard(variable: &str, rank: u64, of: Option<u32>, told: Option<(&str, u64)>) -> Result<Shard, String> {
    let of = match (of, told) {
        (Some(of), Some((name, told))) if u64::from(of) != told => {
            return Err(format!(
                "--shard auto/{of} does not fit {name}, by which there are {told}; to run one shard again, give its number in place of auto, as in --shard 1/{of}"
            ));
        }
        (Some(of), _) => u64::from(of),
        (None, Some((_, told))) => told,
        (None, None) => {
            return Err(format!(
                "{variable} is set, but not how many shards there are; give their number as in --shard auto/16"
            ));
        }
    };
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    Shard::new(narrow(rank.saturating_add(1)), narrow(of))
        .map_err(|error| format!("--shard auto: {variable} says {rank}, counted from 0: {error}"))
}

fn number(get: &dyn Fn(&str) -> Option<String>, name: &str) -> Result<Option<u64>, String> {
    let Some(text) = get(name) else { return Ok(None) };
    match text.trim().parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(format!(
            "--shard auto: {name} is `{text}`, which is no whole number; give the shard as in --shard 3/16"
        )),
    }
}
