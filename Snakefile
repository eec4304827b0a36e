import sys
from snakemake.utils import min_version

min_version("9.27")

sys.path.insert(0, f"{workflow.basedir}/workflow")

from cleanroom.start import of_workflow


configfile: "config.yaml"


PLAN = of_workflow(
    config,
    main=workflow.is_main_process,
    methods=frozenset(
        str(method) for method in workflow.deployment_settings.deployment_method
    ),
    dry=workflow.output_settings.dryrun,
)
PRIVATE = PLAN.config.private
OUTPUT = PLAN.config.output


include: "workflow/rules/intake.smk"
include: "workflow/rules/clean.smk"
include: "workflow/rules/redact.smk"
include: "workflow/rules/convert.smk"
include: "workflow/rules/tools.smk"
include: "workflow/rules/deface.smk"
include: "workflow/rules/encode.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/nifti.smk"
include: "workflow/rules/release.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/part.smk"


rule all:
    default_target: True
    input:
        PLAN.goal,


onsuccess:
    shell("python -m cleanroom {PLAN.ending} --config {PLAN.file}")


onerror:
    shell("python -m cleanroom {PLAN.ending} --failed --config {PLAN.file}")
