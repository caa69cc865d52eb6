// jsonnet --string --ext-code n=1000 tasks.jsonnet
// Numbers are joined with `+`: std.format is interpreted, and forty times slower.
local n = std.extVar('n');

local template(i) = {
  name: 'task-' + i,
  activeDeadlineSeconds: 600,
  retryStrategy: { limit: '2', retryPolicy: 'Always', backoff: { duration: '30s', factor: 2 } },
  nodeSelector: { 'o11n.dev/label': 'small' },
  script: {
    image: 'registry.example.com/ci/base:1',
    command: ['bash', '-euo', 'pipefail'],
    env: [{ name: 'INDEX', value: '' + i }, { name: 'MODE', value: 'fast' }],
    resources: { limits: { cpu: '2', memory: '4Gi' }, requests: { cpu: '2', memory: '4Gi' } },
    source: 'echo "task ' + i + '"\nmake -C part-' + i + ' all\nmake -C part-' + i + ' test\n',
  },
};

std.manifestYamlDoc({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { generateName: 'bench-' },
  spec: {
    entrypoint: 'main',
    templates: [{
      name: 'main',
      steps: [[{ name: 'task-' + i, template: 'task-' + i } for i in std.range(1, n)]],
    }] + [template(i) for i in std.range(1, n)],
  },
}, indent_array_in_object=false, quote_keys=false)
