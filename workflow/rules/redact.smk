rule redact:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        identities=PRIVATE / "studies" / "{study}" / "identities.json",
    output:
        record=PRIVATE / "studies" / "{study}" / "text.json",
        documents=directory(PRIVATE / "work" / "{study}" / "documents"),
    log:
        PRIVATE / "logs" / "redact" / "{study}.log",
    conda:
        "../../envs/headers.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.memory("redact"),
        runtime=PLAN.minutes("redact"),
    params:
        config=PLAN.file,
        decisions=PLAN.decided("redact"),
        version=PLAN.version("redact"),
    shell:
        "python -m cleanroom redact --config {params.config} --study {wildcards.study} > {log} 2>&1"


rule redact_files:
    input:
        studies=PRIVATE / "studies.tsv",
    output:
        record=PRIVATE / "work" / "files" / "text.json",
    log:
        PRIVATE / "logs" / "redact" / "files.log",
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
        "python -m cleanroom redact --config {params.config} --threads {threads} > {log} 2>&1"
