rule verify:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        identities=PRIVATE / "studies" / "{study}" / "identities.json",
        headers=PRIVATE / "studies" / "{study}" / "clean.json",
        text=PRIVATE / "studies" / "{study}" / "text.json",
        volumes=PRIVATE / "studies" / "{study}" / "volumes.json",
        faces=PRIVATE / "studies" / "{study}" / "faces.json",
        encoded=PRIVATE / "studies" / "{study}" / "encoded.json",
        grids=PRIVATE / "work" / "{study}" / "volumes",
        masks=PRIVATE / "work" / "{study}" / "faces",
        instances=PRIVATE / "work" / "{study}" / "encoded",
    output:
        record=PRIVATE / "studies" / "{study}" / "verdict.json",
        pictures=directory(PRIVATE / "studies" / "{study}" / "pictures"),
    log:
        PRIVATE / "logs" / "verify" / "{study}.log",
    priority: 4
    conda:
        "../../envs/verify.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.memory("verify"),
        runtime=PLAN.minutes("verify"),
    params:
        config=PLAN.file,
        decisions=PLAN.decided("verify"),
        version=PLAN.version("verify"),
    shell:
        "python -m cleanroom verify --config {params.config} --study {wildcards.study} > {log} 2>&1"


rule verify_files:
    input:
        text=PRIVATE / "work" / "files" / "text.json",
    output:
        record=PRIVATE / "work" / "files" / "verdict.json",
    log:
        PRIVATE / "logs" / "verify" / "files.log",
    conda:
        "../../envs/headers.yaml"
    container:
        PLAN.image("line")
    threads: 4
    resources:
        mem_mb=PLAN.growing_by_thread(2500),
        runtime=PLAN.growing(60),
    params:
        config=PLAN.file,
        input=PLAN.fingerprint,
        version=PLAN.version("files"),
    shell:
        "python -m cleanroom verify --config {params.config} --threads {threads} > {log} 2>&1"
