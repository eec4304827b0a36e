rule release:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        headers=PRIVATE / "work" / "{study}" / "clean.json",
        text=PRIVATE / "work" / "{study}" / "text.json",
        volumes=PRIVATE / "work" / "{study}" / "volumes.json",
        faces=PRIVATE / "work" / "{study}" / "faces.json",
        encoded=PRIVATE / "work" / "{study}" / "encoded.json",
        verdict=PRIVATE / "work" / "{study}" / "verdict.json",
        instances=PRIVATE / "work" / "{study}" / "encoded",
    output:
        record=PRIVATE / "studies" / "{study}" / "released.json",
    log:
        PRIVATE / "logs" / "release" / "{study}.log",
    conda:
        "../../envs/headers.yaml"
    resources:
        mem_mb=1000,
    params:
        config=PLAN.file,
        version=PLAN.version("release"),
    shell:
        "python -m cleanroom release --config {params.config} --study {wildcards.study} > {log} 2>&1"
