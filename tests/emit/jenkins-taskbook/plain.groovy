// A driver of taskbooks, written by o11n: each build has its taskbook printed, and runs it. But for what stands here until the
// properties, it is the same for all pipelines.
import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import groovy.transform.Field
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException

@Field Map settings = [
  schema: 'o11n/taskbook/1',
  pipeline: 'nightly',
  checkout: true,
  command: '''#!/bin/sh -e
exec > o11n-taskbook.json
o11n compile
''',
  job: '',
  script: '',
]

// What has become of the run so far.
@Field Map o11n = [name: 'nightly', label: '', stages: [:], stopped: false, failing: false, unstable: false, passed: [:], ignored: [:],
  held: [], cached: [:], without: [], stashes: [:]]
// The substages of the taskbook by their paths. Jenkins need not write them down at each step.
@Field transient Map entries


List theStages = openTaskbook()
…
