// @platformatic/kafka against the queue: admin calls, produce in each codec, groups of both protocols with rebalances.
// Usage: node platformatic.mjs HOST:PORT; prints "passed" as its last line.
import assert from 'node:assert'
import { Admin, Consumer, Producer, compressionsAlgorithms, stringDeserializers, stringSerializers } from '@platformatic/kafka'

const base = { clientId: 'platformatic', bootstrapBrokers: [process.argv[2]], strict: true }
const deadlineMs = 60_000

async function eventually(what, condition) {
  const until = Date.now() + deadlineMs
  while (!(await condition())) {
    if (Date.now() > until) throw new Error('not in time: ' + what)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

async function topics(admin) {
  const created = await admin.createTopics({ topics: ['t'], partitions: 2, replicas: 1 })
  assert.equal(created[0].partitions, 2)
  await admin.createPartitions({ topics: [{ name: 't', count: 4, assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] }] })
  assert.ok((await admin.listTopics()).includes('t'))
  const metadata = await admin.metadata({ topics: ['t'], forceUpdate: true })
  assert.equal(metadata.topics.get('t').partitionsCount, 4)
  await admin.incrementalAlterConfigs({
    resources: [{
      resourceType: 2, resourceName: 't', configs: [{ name: 'retention.ms', configOperation: 0, value: '3600000' }]
    }]
  })
  const [described] = await admin.describeConfigs({
    resources: [{ resourceType: 2, resourceName: 't' }], includeSynonyms: true, includeDocumentation: true
  })
  assert.equal(described.configs.find(config => config.name === 'retention.ms').value, '3600000')
  const [broker] = await admin.describeLogDirs({ topics: [{ name: 't', partitions: [0, 1] }] })
  assert.equal(broker.results.length, 1)
}

async function produce() {
  const codecs = Object.keys(compressionsAlgorithms).filter(name => compressionsAlgorithms[name].available)
  console.log('codecs', codecs.join(' '))
  let sent = 0
  for (const compression of codecs) {
    for (const idempotent of [false, true]) {
      const producer = new Producer({ ...base, compression, idempotent, acks: -1, serializers: stringSerializers })
      for (let batch = 0; batch < 5; batch++) {
        const messages = Array.from({ length: 100 }, (_, i) => ({
          topic: 't', key: `k${i}`, value: `${compression}-${idempotent}-${batch}-${i} `.repeat(20),
          headers: new Map([['h', 'x']])
        }))
        const { offsets } = await producer.send({ messages })
        assert.ok(offsets.length > 0)
        sent += messages.length
      }
      await producer.close()
    }
  }
  return sent
}

async function startMember(options, seen) {
  const consumer = new Consumer({
    ...base, groupId: options.groupId, deserializers: stringDeserializers, maxWaitTime: 200, autocommit: 200,
    ...(options.isNewProtocol
      ? { groupProtocol: 'consumer', groupRemoteAssignor: options.assignor }
      : { sessionTimeout: 10_000, heartbeatInterval: 500, rebalanceTimeout: 20_000 })
  })
  const stream = await consumer.consume({ topics: ['t'], mode: 'committed', fallbackMode: 'earliest' })
  stream.on('data', message => seen.add(`${message.partition}@${message.offset}`))
  return { consumer, stream, partitionCount: () => consumer.assignments?.find(one => one.topic === 't')?.partitions.length ?? 0 }
}

async function stop(member) {
  await member.stream.close()
  await member.consumer.close(true)
}

async function group(admin, sent, options) {
  const seen = new Set()
  const first = await startMember(options, seen)
  await eventually('every record', () => seen.size === sent)
  const second = await startMember(options, seen)
  await eventually('two partitions each', () => first.partitionCount() === 2 && second.partitionCount() === 2)
  await stop(second)
  await eventually('all partitions with one member', () => first.partitionCount() === 4)
  const producer = new Producer({ ...base, serializers: stringSerializers })
  await producer.send({ acks: -1, messages: [{ topic: 't', key: 'last', value: 'last' }] })
  await producer.close()
  await eventually('the record after the rebalance', () => seen.size === sent + 1)
  await eventually('its commit', async () => {
    const [{ topics }] = await admin.listConsumerGroupOffsets({ groups: [options.groupId] })
    const committed = topics[0].partitions.reduce((sum, partition) => sum + Number(partition.committedOffset), 0)
    return committed === sent + 1
  })
  await stop(first)
  const groups = await admin.listGroups({ types: ['classic', 'consumer'] })
  assert.equal(groups.get(options.groupId).groupType, options.isNewProtocol ? 'consumer' : 'classic')
  assert.equal(groups.get(options.groupId).state, 'EMPTY')
  return sent + 1
}

async function offsets(admin, sent) {
  const [ends] = await admin.listOffsets({
    topics: [{ name: 't', partitions: [0, 1, 2, 3].map(partitionIndex => ({ partitionIndex, timestamp: -1n })) }]
  })
  assert.equal(ends.partitions.reduce((sum, partition) => sum + Number(partition.offset), 0), sent)
  await admin.alterConsumerGroupOffsets({
    groupId: 'classic', topics: [{ name: 't', partitionOffsets: [{ partition: 0, offset: 3n }] }]
  })
  const [{ topics: altered }] = await admin.listConsumerGroupOffsets({ groups: ['classic'] })
  assert.equal(altered[0].partitions.find(partition => partition.partitionIndex === 0).committedOffset, 3n)
  await admin.deleteConsumerGroupOffsets({ groupId: 'classic', topics: [{ name: 't', partitionIndexes: [0] }] })
  const [deleted] = await admin.deleteRecords({ topics: [{ name: 't', partitions: [{ partition: 0, offset: 5n }] }] })
  assert.equal(deleted.partitions[0].lowWatermark, 5n)
  await admin.deleteGroups({ groups: ['classic', 'uniform', 'range'] })
  await admin.deleteTopics({ topics: ['t'] })
  assert.deepEqual(await admin.listTopics(), [])
}

const admin = new Admin(base)
try {
  await topics(admin)
  let sent = await produce()
  sent = await group(admin, sent, { groupId: 'classic' })
  sent = await group(admin, sent, { groupId: 'uniform', isNewProtocol: true, assignor: 'uniform' })
  sent = await group(admin, sent, { groupId: 'range', isNewProtocol: true, assignor: 'range' })
  await offsets(admin, sent)
  await admin.close()
  console.log('passed')
} catch (error) {
  console.error(error)
  process.exit(1)
}
