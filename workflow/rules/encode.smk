rule encode:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        headers=PRIVATE / "studies" / "{study}" / "clean.json",
        text=PRIVATE / "studies" / "{study}" / "text.json",
        volumes=PRIVATE / "studies" / "{study}" / "volumes.json",
        faces=PRIVATE / "studies" / "{study}" / "faces.json",
        datasets=PRIVATE / "work" / "{study}" / "headers.zip",
        grids=PRIVATE / "work" / "{study}" / "volumes",
        masks=PRIVATE / "work" / "{study}" / "faces",
        documents=PRIVATE / "work" / "{study}" / "documents",
    output:
        record=PRIVATE / "studies" / "{study}" / "encoded.json",
        instances=temp(directory(PRIVATE / "work" / "{study}" / "encoded")),
    log:
        PRIVATE / "logs" / "encode" / "{study}.log",
    priority: 3
    conda:
        "../../envs/headers.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.memory("encode"),
        runtime=PLAN.minutes("encode"),
    params:
        config=PLAN.file,
        version=PLAN.version("encode"),
        damage=PLAN.damage,
    shell:
        "python -m cleanroom encode --config {params.config} --study {wildcards.study} > {log} 2>&1"
