// kafkajs against the queue: admin calls, produce in each codec that it has, groups with rebalances.
// Usage: node kafkajs.cjs HOST:PORT; prints "passed" as its last line.
const assert = require('node:assert')
const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel } = require('kafkajs')
CompressionCodecs[CompressionTypes.Snappy] = require('kafkajs-snappy')

const kafka = new Kafka({ clientId: 'kafkajs', brokers: [process.argv[2]], logLevel: logLevel.ERROR })
const deadlineMs = 60_000

async function eventually(what, condition) {
  const until = Date.now() + deadlineMs
  while (!(await condition())) {
    if (Date.now() > until) throw new Error('not in time: ' + what)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

async function topics(admin) {
  assert.equal(await admin.createTopics({ topics: [{ topic: 't', numPartitions: 2 }, { topic: 'u' }] }), true)
  assert.equal(await admin.createTopics({ topics: [{ topic: 't' }] }), false)
  await admin.createPartitions({ topicPartitions: [{ topic: 't', count: 4 }] })
  const { topics: [described] } = await admin.fetchTopicMetadata({ topics: ['t'] })
  assert.equal(described.partitions.length, 4)
  assert.deepEqual((await admin.listTopics()).sort(), ['t', 'u'])
  const cluster = await admin.describeCluster()
  assert.equal(cluster.brokers.length, 1)
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{
      type: ConfigResourceTypes.TOPIC, name: 't', configEntries: [{ name: 'retention.ms', value: '3600000' }]
    }]
  })
  const { resources } = await admin.describeConfigs({
    includeSynonyms: true,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: 't' }, { type: ConfigResourceTypes.BROKER, name: '1' }]
  })
  const retention = resources[0].configEntries.find(entry => entry.configName === 'retention.ms')
  assert.equal(retention.configValue, '3600000')
  assert.ok(resources[1].configEntries.length > 30)
}

async function produce() {
  let sent = 0
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP, CompressionTypes.Snappy]) {
    for (const idempotent of [false, true]) {
      const producer = kafka.producer({ idempotent, maxInFlightRequests: idempotent ? 1 : undefined })
      await producer.connect()
      for (let batch = 0; batch < 5; batch++) {
        const messages = Array.from({ length: 100 }, (_, i) => ({
          key: `k${i}`, value: `${compression}-${idempotent}-${batch}-${i} `.repeat(20), headers: { h: 'x' }
        }))
        const results = await producer.send({ topic: 't', acks: -1, compression, messages })
        assert.ok(results.every(result => result.errorCode === 0 && Number(result.baseOffset) >= 0))
        sent += messages.length
      }
      await producer.disconnect()
    }
  }
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic: 't', acks: 1, messages: [{ value: 'one' }, { value: null, key: 'tombstone' }] })
  await producer.disconnect()
  return sent + 2
}

async function startMember(groupId, seen) {
  // It sends heartbeats between fetches only: short waits keep rebalances short.
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, heartbeatInterval: 300, maxWaitTimeInMs: 200 })
  const member = { consumer, partitions: [], joins: 0 }
  consumer.on(consumer.events.GROUP_JOIN, event => {
    member.partitions = event.payload.memberAssignment.t ?? []
    member.joins++
  })
  await consumer.connect()
  await consumer.subscribe({ topics: ['t'], fromBeginning: true })
  await consumer.run({
    autoCommitInterval: 200,
    eachMessage: async ({ partition, message }) => { seen.add(`${partition}@${message.offset}`) }
  })
  await eventually('a first assignment', () => member.joins > 0)
  return member
}

async function groups(admin, sent) {
  const seen = new Set()
  const first = await startMember('g', seen)
  await eventually('every record', () => seen.size === sent)
  const second = await startMember('g', seen)
  await eventually('two partitions each', () => first.partitions.length === 2 && second.partitions.length === 2)
  const { groups: [described] } = await admin.describeGroups(['g'])
  assert.equal(described.state, 'Stable')
  assert.equal(described.members.length, 2)
  await second.consumer.disconnect()
  await eventually('all partitions with one member', () => first.partitions.length === 4)
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic: 't', messages: [{ value: 'last' }] })
  await producer.disconnect()
  await eventually('the record after the rebalance', () => seen.size === sent + 1)
  await first.consumer.disconnect()
  assert.ok((await admin.listGroups()).groups.some(group => group.groupId === 'g' && group.protocolType === 'consumer'))
}

async function offsets(admin, sent) {
  const committed = await admin.fetchOffsets({ groupId: 'g', topics: ['t'] })
  const total = committed[0].partitions.reduce((sum, partition) => sum + Number(partition.offset), 0)
  assert.equal(total, sent + 1)
  const ends = await admin.fetchTopicOffsets('t')
  assert.equal(ends.reduce((sum, partition) => sum + Number(partition.high), 0), sent + 1)
  assert.equal((await admin.fetchTopicOffsetsByTimestamp('t', 0)).length, 4)
  await admin.setOffsets({ groupId: 'g', topic: 't', partitions: [{ partition: 0, offset: '3' }] })
  const moved = await admin.fetchOffsets({ groupId: 'g', topics: ['t'] })
  assert.equal(moved[0].partitions.find(partition => partition.partition === 0).offset, '3')
  await admin.resetOffsets({ groupId: 'g', topic: 't', earliest: true })
  const again = new Set()
  const reader = await startMember('g', again)
  await eventually('everything once more', () => again.size === sent + 1)
  await reader.consumer.disconnect()
  await admin.deleteTopicRecords({ topic: 't', partitions: [{ partition: 0, offset: '5' }] })
  assert.equal((await admin.fetchTopicOffsets('t')).find(partition => partition.partition === 0).low, '5')
  assert.equal((await admin.deleteGroups(['g']))[0].errorCode, 0)
  await admin.deleteTopics({ topics: ['t', 'u'] })
  assert.deepEqual(await admin.listTopics(), [])
}

async function main() {
  const admin = kafka.admin()
  await admin.connect()
  await topics(admin)
  const sent = await produce()
  await groups(admin, sent)
  await offsets(admin, sent)
  await admin.disconnect()
  console.log('passed')
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
