//! Kubernetes: an indexed Job of shards, and a Job that merges. No real cluster has tried them.

use cordiale::sim::shell::word;

use super::{File, Plan};

const SHARDS: &str = "shards.yaml";
const MERGE: &str = "merge.yaml";

/// The names of its files.
pub(crate) const NAMES: &[&str] = &[SHARDS, MERGE];

/// Both manifests, with an image and the folders that its containers must see.
pub(crate) fn files(plan: &Plan, image: &str, folders: &[String]) -> Vec<File> {
    let mut files = Vec::new();
    if !plan.missing.is_empty() {
        let numbers: Vec<String> = plan.missing.iter().map(u32::to_string).collect();
        let count = numbers.len();
        // The index counts from 0, and some shards may have their part already.
        let run = format!(
            "set -- {}; shift \"$JOB_COMPLETION_INDEX\"; exec /bin/sh shard.sh \"$1\"",
            numbers.join(" ")
        );
        let spec = format!(
            "  completionMode: Indexed\n  completions: {count}\n  parallelism: {count}\n  backoffLimitPerIndex: 0\n"
        );
        let job = job(plan, &name(plan), &spec, image, folders, &["/bin/sh", "-c", &run]);
        files.push(File { name: SHARDS, text: job });
    }
    let merge = format!("{}-merge", name(plan));
    let job = job(plan, &merge, "  backoffLimit: 0\n", image, folders, &["/bin/sh", "merge.sh"]);
    files.push(File { name: MERGE, text: job });
    files
}

/// A name that the jobs of no other folder have: earlier ones are removed by it.
fn name(plan: &Plan) -> String {
    let folder = blake3::hash(plan.dir.as_bytes()).to_hex();
    format!("{}-{}", plan.name, &folder[..8])
}

fn job(plan: &Plan, name: &str, spec: &str, image: &str, folders: &[String], command: &[&str]) -> String {
    let command: Vec<String> = command.iter().map(|word| string(word)).collect();
    let mut mounts = String::new();
    let mut volumes = String::new();
    for (number, folder) in folders.iter().map(|folder| string(folder)).enumerate() {
        mounts.push_str(&format!("            - {{name: folder-{number}, mountPath: {folder}}}\n"));
        volumes.push_str(&format!(
            "        - {{name: folder-{number}, hostPath: {{path: {folder}, type: Directory}}}}\n"
        ));
    }
    format!(
        "# Written by `cordiale submit`, and NOT TESTED against a real cluster. Needs Kubernetes 1.29 or newer, an image with\n\
         # cordiale and /bin/sh, and the folders below on every node; for a volume of another kind change `volumes`.\n\
         apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\nspec:\n{spec}\
         \x20 template:\n    spec:\n      restartPolicy: Never\n      containers:\n        - name: cordiale\n\
         \x20         image: {}\n          workingDir: {}\n          command: [{}]\n\
         \x20         resources: {{requests: {{cpu: {}}}}}\n          volumeMounts:\n{mounts}      volumes:\n{volumes}",
        string(image),
        string(&plan.dir),
        command.join(", "),
        plan.threads
    )
}

/// The commands that run both. A Job cannot be changed, so one of an earlier submit goes first.
pub(crate) fn next(plan: &Plan) -> Vec<String> {
    let mut commands = vec![format!("cd {}", word(&plan.dir))];
    let mut create = |file: &str| {
        commands.push(format!("kubectl delete --ignore-not-found -f {file}"));
        commands.push(format!("kubectl create -f {file}"));
    };
    if plan.missing.is_empty() {
        create(MERGE);
    } else {
        create(SHARDS);
        commands.push(format!("kubectl wait --for=condition=complete --timeout=24h job/{}", name(plan)));
        commands.push(format!("kubectl delete --ignore-not-found -f {MERGE}"));
        commands.push(format!("kubectl create -f {MERGE}"));
    }
    commands
}

/// A string in double quotes, which YAML takes from JSON.
fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
