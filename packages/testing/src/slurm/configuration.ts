/** What a cluster's slurm.conf is made from. */
export interface ClusterPlan {
  /** One folder for everything: nothing goes to /etc or /var. */
  readonly folder: string;
  /** This machine's name, as `hostname -s` says it. */
  readonly host: string;
  readonly user: string;
  readonly controllerPort: number;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
  /** Whether the kernel holds jobs to their memory: `cgroup.conf` lies beside the slurm.conf then. */
  readonly cgroup: boolean;
  /** The port of the accounting daemon, where there is one. */
  readonly accountingPort?: number | undefined;
}

/** The text of a slurm.conf for a cluster whose nodes all are this machine, reached on loopback only. */
export function slurmConfiguration(plan: ClusterPlan): string {
  const { folder, host, user, controllerPort, nodes, cgroup, accountingPort } = plan;
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
    `TaskPlugin=task/${cgroup ? 'cgroup' : 'none'}`,
    'JobAcctGatherType=jobacct_gather/linux',
    ...accounting(folder, accountingPort),
    'JobCompType=jobcomp/filetxt',
    `JobCompLoc=${folder}/jobcomp.log`,
    'SelectType=select/cons_tres',
    // Memory is handed out too: what isn't handed out isn't held.
    'SelectTypeParameters=CR_Core_Memory',
    'DefMemPerCPU=4000',
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
        `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=4 RealMemory=16000 State=UNKNOWN`,
    ),
    `PartitionName=build Nodes=${names} Default=YES MaxTime=INFINITE State=UP`,
    '',
  ].join('\n');
}

function accounting(folder: string, port: number | undefined): string[] {
  if (port === undefined) return ['AccountingStorageType=accounting_storage/none'];
  return [
    'AccountingStorageType=accounting_storage/slurmdbd',
    'AccountingStorageHost=127.0.0.1',
    `AccountingStoragePort=${port}`,
    // The clients' way to munge: they don't look at AuthInfo here.
    `AccountingStoragePass=${folder}/munge.sock`,
  ];
}

/**
 * The text of a cgroup.conf (version 1 of the kernel's interface), by which a job that takes more memory than it has
 * asked for is killed.
 *
 * @param mountPoint - a folder that holds `memory`, a folder of the kernel's for this cluster alone: other clusters of
 *   this machine have nodes of the same names
 */
export function cgroupConfiguration(mountPoint: string): string {
  return [
    'CgroupPlugin=cgroup/v1',
    `CgroupMountpoint=${mountPoint}`,
    'ConstrainRAMSpace=yes',
    'ConstrainSwapSpace=yes',
    'AllowedSwapSpace=0',
    '',
  ].join('\n');
}

/** What the accounting daemon is told. */
export interface AccountingPlan {
  readonly folder: string;
  readonly host: string;
  readonly user: string;
  readonly port: number;
  readonly databasePort: number;
}

/** The text of a slurmdbd.conf. */
export function accountingConfiguration(plan: AccountingPlan): string {
  const { folder, host, user, port, databasePort } = plan;
  return [
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/munge.sock`,
    `DbdHost=${host}`,
    'DbdAddr=127.0.0.1',
    `DbdPort=${port}`,
    `SlurmUser=${user}`,
    `LogFile=${folder}/slurmdbd.log`,
    `PidFile=${folder}/slurmdbd.pid`,
    'StorageType=accounting_storage/mysql',
    'StorageHost=127.0.0.1',
    `StoragePort=${databasePort}`,
    `StorageUser=${user}`,
    'StorageLoc=slurm',
    '',
  ].join('\n');
}
