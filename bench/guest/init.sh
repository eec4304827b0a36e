#!/bin/bash
# The first process of a kernel in user mode (linux.uml): a file server and its client in one, then a Python program.
# The host's files are the root, for reading only; words behind "--" on the kernel's command line are the program.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run
export EXPORTED="rw,sync,no_root_squash,fsid=0,no_subtree_check" # the options of exportfs
mount -t proc proc /proc
mount -t sysfs sys /sys
for place in /run /var/lib/nfs; do mount -t tmpfs tmp "$place"; done
{
  mkdir /dev/shm && mount -t tmpfs shm /dev/shm
  hostname guest
  ip link set lo up
  mkdir -p /run/modules/lib /run/disk /run/v4 /run/other /run/v3
  ln -s /usr/lib/uml/modules /run/modules/lib/modules
  for module in nfsd nfsv4 nfsv3; do modprobe -d /run/modules "$module"; done
  mkdir /var/lib/nfs/{sm,v4recovery,rpc_pipefs}
  touch /var/lib/nfs/{etab,rmtab,state}
  mount -t nfsd nfsd /proc/fs/nfsd
  echo 10 >/proc/fs/nfsd/nfsv4gracetime
  echo 10 >/proc/fs/nfsd/nfsv4leasetime
  mount -t ext4 /dev/ubda /run/disk
  rpcbind -w
  exportfs -o "$EXPORTED" localhost:/run/disk
  rpc.mountd
  rpc.statd --no-notify
  rpc.nfsd 4
  mount -t nfs -o vers=4.2 localhost:/ /run/v4
  mount -t nfs -o vers=4.2,nosharecache localhost:/ /run/other
  mount -t nfs -o vers=3 localhost:/run/disk /run/v3
} >/run/boot.log 2>&1
mountpoint --quiet /run/v3 || cat /run/boot.log
"$@"
echo "guest: status $?"
poweroff -f >/dev/null 2>&1
