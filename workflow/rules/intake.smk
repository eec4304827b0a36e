checkpoint intake:
    output:
        PRIVATE / "studies.tsv",
    log:
        PRIVATE / "logs" / "intake.log",
    conda:
        "../../envs/headers.yaml"
    container:
        PLAN.image("line")
    threads: 16
    resources:
        mem_mb=PLAN.growing(1000),
        runtime=PLAN.growing(60),
    params:
        input=PLAN.fingerprint,
        config=PLAN.file,
        version=PLAN.version("intake"),
    shell:
        "python -m cleanroom intake --config {params.config} --threads {threads} > {log} 2>&1"
        " || {{ grep -A 2 '^cleanroom: ' {log} >&2; exit 1; }}"
