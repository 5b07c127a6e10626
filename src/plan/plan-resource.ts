import type { Resource } from '../model/resource.ts';
import { planBackup } from './backup/planner.ts';
import { planAuthority } from './certificate/authority.ts';
import { planCertificate } from './certificate/planner.ts';
import { planContainer } from './container/planner.ts';
import type { PlanContext } from './context.ts';
import { planDirectory } from './directory.ts';
import { blocked, ready, resourcePlan, type ResourcePlan } from './draft.ts';
import { planFile } from './file.ts';
import { planFilePatch } from './file-patch.ts';
import { gateState } from './gate.ts';
import { planImage } from './image.ts';
import { planLogFile } from './log-file.ts';
import { planNetwork } from './network.ts';
import { planSecret } from './secret.ts';
import { planStack } from './stack.ts';
import { planVolume } from './volume.ts';

/** Any resource to its planner. */
export function planResource(resource: Resource, context: PlanContext): ResourcePlan {
  switch (resource.kind) {
    case 'Bastion':
      return resourcePlan({ conditions: [ready('Accepted', 'names this installation')] });
    case 'Network':
      return planNetwork(resource, context);
    case 'Volume':
      return planVolume(resource, context);
    case 'Image':
      return planImage(resource, context);
    case 'Directory':
      return planDirectory(resource, context);
    case 'File':
      return planFile(resource, context);
    case 'FilePatch':
      return planFilePatch(resource, context);
    case 'LogFile':
      return planLogFile(resource, context);
    case 'Secret':
      return planSecret(resource, context);
    case 'CertificateAuthority':
      return planAuthority(resource, context);
    case 'Certificate':
      return planCertificate(resource, context);
    case 'Container':
      return planContainer(resource, context);
    case 'Backup':
      return planBackup(resource, context);
    case 'Gate': {
      const state = gateState(resource, context.input);
      return resourcePlan({
        conditions: [state.open ? ready('Open', state.message) : blocked(state.reason, state.message)],
      });
    }
    case 'Traefik':
    case 'Prometheus':
    case 'NodeExporter':
    case 'Grafana':
    case 'AdGuardExporter':
    case 'ScrapeTarget':
    case 'Dashboard':
    case 'NetworkZone':
    case 'MonitoredService':
      return planStack(resource, context);
  }
}
