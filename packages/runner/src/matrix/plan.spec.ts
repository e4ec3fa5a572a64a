import { expect, it } from '@jest/globals';
import { planCells } from './plan.js';

it('has a cell for each variant, target and Python, in their order', () => {
  const cells = planCells({ variants: ['cpu', 'cu102'], targets: ['a', 'b'], pythons: ['3.8', '3.11'] });
  expect(cells.map(({ name }) => name)).toEqual([
    ...['cpu-a-cp38', 'cpu-a-cp311', 'cpu-b-cp38', 'cpu-b-cp311'],
    ...['cu102-a-cp38', 'cu102-a-cp311', 'cu102-b-cp38', 'cu102-b-cp311'],
  ]);
  expect(cells[3]).toEqual({ name: 'cpu-b-cp311', variant: 'cpu', target: 'b', python: '3.11' });
});

it('compiles a library once for all Pythons, and nothing twice', () => {
  expect(planCells({ variants: [], targets: ['a', 'a'], pythons: [] })).toEqual([{ name: 'a', target: 'a' }]);
  expect(planCells({ variants: [], targets: [], pythons: [] })).toEqual([{ name: 'default' }]);
});
