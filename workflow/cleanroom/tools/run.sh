# Runs the calls of one tool on one study. POSIX sh, so that it runs in whatever image the tool is in.
# Each call: no terminal, no display, a session and a process group of its own, a time limit; whatever is left
# of it at its end is killed, also what went into a session of its own (it still has CLEANROOM_CALL). How it
# ended is written beside its result; the status of this file is 0, for a tool's own proves nothing, unless a tool was
# killed before its time was over: then the job fails. What comes before: out, image, binds, variables, killed.

unset DISPLAY WAYLAND_DISPLAY
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS=1 FSLOUTPUTTYPE=NIFTI
export NO_ET=1 NIPYPE_NO_ET=1 # nipype tells its makers who uses it
umask 077
[ -n "${APPTAINER_CONTAINER:-}${SINGULARITY_CONTAINER:-}" ] && image=
runner=$(command -v apptainer || command -v singularity)
mkdir -p "$out"

there() { # PROGRAM
  if [ -n "$image" ]; then
    "$runner" exec --cleanenv --no-home "$image" sh -c 'command -v "$1"' sh "$1" >/dev/null 2>&1 </dev/null
  else
    command -v "$1" >/dev/null 2>&1
  fi
}

end_all() { # MARK
  # shellcheck disable=SC2013
  for place in $(grep -lsFe "$1" /proc/[0-9]*/environ); do
    process=${place#/proc/}
    kill -KILL "${process%/environ}" 2>/dev/null
  done
}

call() { # NAME SECONDS PROGRAM WORD...
  folder=$out/$1 limit=$2 work=$out/$1/work
  shift 2
  mkdir -p "$work/tmp"
  echo "$*" >"$folder/command"
  began=$(date +%s)
  (
    cd "$work" || exit 126
    export TMPDIR="$work/tmp" HOME="$work" CLEANROOM_CALL="$work"
    if [ -n "$image" ]; then
      # shellcheck disable=SC2086
      set -- "$runner" exec --cleanenv --pid --home "$work" $binds --pwd "$work" \
        --env "TMPDIR=$TMPDIR,OMP_NUM_THREADS=1,FSLOUTPUTTYPE=NIFTI,NO_ET=1,NIPYPE_NO_ET=1$variables" "$image" "$@"
    fi
    # shellcheck disable=SC2016
    exec setsid --wait sh -c 'echo $$ >"$0"; exec timeout -k 10 "$@"' "$folder/group" "$limit" "$@"
  ) </dev/null >"$folder/stdout" 2>"$folder/stderr"
  status=$? took=$(($(date +%s) - began))
  echo "$status $took" >"$folder/ended"
  [ -s "$folder/group" ] && kill -KILL -- "-$(cat "$folder/group")" 2>/dev/null
  end_all "CLEANROOM_CALL=$work"
  case $status in
    130 | 137 | 143)
      [ "$took" -ge "$limit" ] || { echo "$killed" && exit "$status"; }
      ;;
  esac
}
