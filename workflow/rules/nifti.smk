rule nifti:
    input:
        manifest=PRIVATE / "studies" / "{study}" / "manifest.tsv",
        headers=PRIVATE / "studies" / "{study}" / "clean.json",
        text=PRIVATE / "studies" / "{study}" / "text.json",
        volumes=PRIVATE / "studies" / "{study}" / "volumes.json",
        faces=PRIVATE / "studies" / "{study}" / "faces.json",
        encoded=PRIVATE / "studies" / "{study}" / "encoded.json",
        verdict=PRIVATE / "studies" / "{study}" / "verdict.json",
        grids=PRIVATE / "work" / "{study}" / "volumes",
        masks=PRIVATE / "work" / "{study}" / "faces",
        instances=PRIVATE / "work" / "{study}" / "encoded",
    output:
        record=PRIVATE / "studies" / "{study}" / "nifti.json",
        tree=temp(directory(PRIVATE / "work" / "{study}" / "nifti")),
    log:
        PRIVATE / "logs" / "nifti" / "{study}.log",
    priority: 5
    conda:
        "../../envs/verify.yaml"
    container:
        PLAN.image("line")
    resources:
        mem_mb=PLAN.memory("nifti"),
        runtime=PLAN.minutes("nifti"),
    params:
        config=PLAN.file,
        version=PLAN.version("nifti"),
    shell:
        "python -m cleanroom nifti --config {params.config} --study {wildcards.study} > {log} 2>&1"
