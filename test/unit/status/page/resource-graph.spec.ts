import { expect } from 'chai';
import type { Key } from '../../../../src/model/key.ts';
import type { ResourceStatus } from '../../../../src/model/status.ts';
import { resourceGraph, type GraphNode } from '../../../../src/status/page/graph/resource-graph.ts';
import { pageInput, resourceStatus } from '../../../support/page-snapshots.ts';

function graph(...resources: ResourceStatus[]): GraphNode[] {
  return resourceGraph(pageInput({ resources }).status.resources);
}

const needing = (key: Key, ...dependsOn: Key[]): ResourceStatus => resourceStatus(key, 'Ready', { dependsOn });

describe('boxes of the dependency graph', () => {
  it('hold a high-level resource with all of its parts, and the worst state of them', () => {
    const part = (key: Key, type: 'Ready' | 'Degraded', ...dependsOn: Key[]): ResourceStatus =>
      resourceStatus(key, type, { renderedFrom: 'Grafana/g', dependsOn });
    expect(
      graph(
        needing('Grafana/g', 'Container/grafana', 'File/ini'),
        part('Container/grafana', 'Degraded', 'File/ini', 'Gate/seen'),
        part('File/ini', 'Ready', 'Directory/shared'),
        resourceStatus('Directory/shared', 'Ready', { renderedFrom: 'Bastion/b' }),
        needing('Gate/seen'),
        needing('Container/other', 'Directory/shared'),
      ),
    ).to.deep.equal([
      { key: 'Container/other', state: 'Ready', more: 0, needs: ['Directory/shared'] },
      { key: 'Directory/shared', state: 'Ready', more: 0, needs: [] },
      { key: 'Gate/seen', state: 'Ready', more: 0, needs: [] },
      { key: 'Grafana/g', state: 'Degraded', more: 2, needs: ['Directory/shared', 'Gate/seen'] },
    ]);
  });

  it('hold what only one container needs, through any number of steps, and nothing that two need', () => {
    expect(
      graph(
        needing('Container/a', 'File/a', 'Network/n'),
        needing('Container/b', 'Network/n'),
        needing('File/a', 'Directory/a'),
        needing('Directory/a', 'Gate/seen'),
        needing('Gate/seen'),
        needing('Network/n'),
        needing('Volume/alone'),
      ).map(({ key, more, needs }) => `${key} +${more} <- ${needs.join()}`),
    ).to.deep.equal([
      'Container/a +2 <- Gate/seen,Network/n',
      'Container/b +0 <- Network/n',
      'Gate/seen +0 <- ',
      'Network/n +0 <- ',
      'Volume/alone +0 <- ',
    ]);
  });

  it('have no circle, though parts of two may need each other crosswise', () => {
    const part = (key: Key, of: Key, ...dependsOn: Key[]): ResourceStatus =>
      resourceStatus(key, 'Ready', { renderedFrom: of, dependsOn });
    const nodes = graph(
      needing('Traefik/t', 'File/t1', 'File/t2'),
      part('File/t1', 'Traefik/t', 'File/p1'),
      part('File/t2', 'Traefik/t'),
      needing('Prometheus/p', 'File/p1', 'File/p2'),
      part('File/p1', 'Prometheus/p'),
      part('File/p2', 'Prometheus/p', 'File/t2'),
    );
    expect(nodes.map(({ key, needs }) => `${key} <- ${needs.join()}`)).to.deep.equal([
      'Prometheus/p <- Traefik/t',
      'Traefik/t <- ',
    ]);
  });

  it('pass over what is not known', () => {
    expect(graph(needing('Container/a', 'Image/gone'))).to.deep.equal([
      { key: 'Container/a', state: 'Ready', more: 0, needs: [] },
    ]);
  });
});
