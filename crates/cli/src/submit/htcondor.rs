//! HTCondor: a DAG of one node a shard, and a merge behind them. No real pool has tried it.

use cordiale::sim::shell::word;

use super::{File, Plan};

const SHARD: &str = "shard.sub";
const MERGE: &str = "merge.sub";
const DAG: &str = "run.dag";
const UNTESTED: &str = "# Written by `cordiale submit`, and NOT TESTED against a real pool. Needs a file system that all machines share.\n";

/// The names of its files; HTCondor adds those that begin with the DAG's.
pub(crate) const NAMES: &[&str] = &[SHARD, MERGE, DAG];

/// The DAG and what its nodes submit. A node each, so that the others go on where one fails.
pub(crate) fn files(plan: &Plan) -> Vec<File> {
    let mut files = Vec::new();
    let mut dag = UNTESTED.to_owned();
    for number in &plan.missing {
        dag.push_str(&format!("JOB shard-{number} {SHARD}\nVARS shard-{number} number=\"{number}\"\n"));
    }
    dag.push_str(&format!("JOB merge {MERGE}\n"));
    if !plan.missing.is_empty() {
        let nodes: Vec<String> = plan.missing.iter().map(|number| format!("shard-{number}")).collect();
        dag.push_str(&format!("PARENT {} CHILD merge\n", nodes.join(" ")));
        files.push(submit(plan, SHARD, "shard.sh $(number)", "shard-$(number)", plan.threads));
    }
    files.push(submit(plan, MERGE, "merge.sh", "merge", 1));
    files.push(File { name: DAG, text: dag });
    files
}

fn submit(plan: &Plan, name: &'static str, arguments: &str, log: &str, cpus: u16) -> File {
    let mut text = format!(
        "{UNTESTED}executable = /bin/sh\ntransfer_executable = false\nshould_transfer_files = NO\n\
         arguments = {arguments}\nrequest_cpus = {cpus}\noutput = {log}.log\nerror = {log}.err\nlog = htcondor.log\n"
    );
    for option in &plan.options {
        text.push_str(&format!("{option}\n"));
    }
    text.push_str("queue\n");
    File { name, text }
}

/// The commands that submit it; by force, as what failed earlier is in the DAG again.
pub(crate) fn next(plan: &Plan) -> Vec<String> {
    vec![format!("cd {}", word(&plan.dir)), format!("condor_submit_dag -force {DAG}")]
}
