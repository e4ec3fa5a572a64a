/** What a cluster's slurm.conf is made from. */
export interface ClusterPlan {
  /** One folder for everything: nothing goes to /etc or /var. */
  readonly folder: string;
  /** This machine's name, as `hostname -s` says it. */
  readonly host: string;
  readonly user: string;
  readonly controllerPort: number;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
}

/** The text of a slurm.conf for a cluster whose nodes all are this machine, reached on loopback only. */
export function slurmConfiguration({ folder, host, user, controllerPort, nodes }: ClusterPlan): string {
  const names = nodes.map(({ name }) => name).join(',');
  return [
    'ClusterName=wheelwright',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controllerPort}`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/munge.sock`,
    'CommunicationParameters=NoCtldInAddrAny,NoInAddrAny',
    'CryptoType=crypto/munge',
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool-%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd-%n.pid`,
    'SlurmdParameters=config_overrides',
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    // A job that takes more memory than it asked for is killed: what a cluster with cgroups has the kernel do.
    'JobAcctGatherType=jobacct_gather/linux',
    'JobAcctGatherParams=OverMemoryKill',
    'JobAcctGatherFrequency=task=1',
    'AccountingStorageType=accounting_storage/none',
    'JobCompType=jobcomp/filetxt',
    `JobCompLoc=${folder}/jobcomp.log`,
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'SchedulerType=sched/builtin',
    'SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0',
    'MpiDefault=none',
    'MailProg=/bin/true',
    'ReturnToService=2',
    'MinJobAge=300',
    'KillWait=2',
    'InactiveLimit=0',
    ...nodes.map(
      ({ name, port }) =>
        `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=4 RealMemory=4000 State=UNKNOWN`,
    ),
    `PartitionName=build Nodes=${names} Default=YES MaxTime=INFINITE State=UP`,
    '',
  ].join('\n');
}
