namespace LogFlow.Queue.Tests;

/// <summary>Debian's kafka-python and confluent-kafka (librdkafka) against the queue.</summary>
public sealed class PythonClientTests
{
    private const string KafkaPython = """
        import sys
        from kafka import KafkaProducer, KafkaConsumer, TopicPartition, KafkaAdminClient
        from kafka.admin import NewTopic
        b = sys.argv[1]
        a = KafkaAdminClient(bootstrap_servers=b)
        a.create_topics([NewTopic('t', 3, 1)])
        for codec in [None, 'gzip']:
            p = KafkaProducer(bootstrap_servers=b, compression_type=codec, acks='all')
            fs = [p.send('t', key=b'k%d' % i, value=b'v%d' % i, headers=[('h', b'x')]) for i in range(1000)]
            p.flush()
            assert all(f.get(5).offset >= 0 for f in fs)
        c = KafkaConsumer('t', bootstrap_servers=b, group_id='g', auto_offset_reset='earliest',
                          consumer_timeout_ms=20000, enable_auto_commit=False)
        n = 0
        for m in c:
            assert m.headers == [('h', b'x')]
            n += 1
            if n == 2000:
                break
        assert n == 2000, n
        c.commit()
        committed = sum(c.committed(tp) for tp in c.assignment())
        assert committed == 2000, committed
        assert c.offsets_for_times({TopicPartition('t', 0): 0})[TopicPartition('t', 0)].offset == 0
        assert a.describe_consumer_groups(['g'])[0].state == 'Stable'
        c.close()
        assert ('g', 'consumer') in a.list_consumer_groups()
        assert a.describe_consumer_groups(['g'])[0].state == 'Empty'
        a.delete_topics(['t'])
        print('passed')
        """;

    private const string ConfluentKafka = """
        import sys
        from confluent_kafka import Producer, Consumer, TopicPartition
        from confluent_kafka.admin import AdminClient, NewTopic, NewPartitions, ConfigResource
        b = sys.argv[1]
        a = AdminClient({'bootstrap.servers': b})
        for f in a.create_topics([NewTopic('t', 2, 1)]).values(): f.result()
        for f in a.create_partitions([NewPartitions('t', 4)]).values(): f.result()
        for codec in ['none', 'gzip', 'snappy', 'lz4', 'zstd']:
            errors = []
            p = Producer({'bootstrap.servers': b, 'enable.idempotence': True, 'compression.type': codec})
            for i in range(1000):
                p.produce('t', key=str(i), value=(codec + '-%d' % i) * 5,
                          callback=lambda e, m: errors.append(e) if e else None)
            assert p.flush(20) == 0 and not errors, errors
        def consume(group, assignor):
            c = Consumer({'bootstrap.servers': b, 'group.id': group, 'auto.offset.reset': 'earliest',
                          'enable.auto.commit': False, 'partition.assignment.strategy': assignor})
            c.subscribe(['t'])
            seen = set()
            while len(seen) < 5000:
                m = c.poll(20)
                assert m is not None and not m.error(), (len(seen), m and m.error())
                assert m.value() not in seen
                seen.add(m.value())
            offsets = c.commit(asynchronous=False)
            assert sum(o.offset for o in offsets) == 5000, offsets
            c.close()
        consume('eager', 'range')
        consume('cooperative', 'cooperative-sticky')
        described = a.describe_configs([ConfigResource('topic', 't'), ConfigResource('broker', '1')])
        assert all(len(f.result()) > 30 for f in described.values())
        for f in a.delete_topics(['t']).values(): f.result()
        print('passed')
        """;

    [RequiresFact(Requirement.KafkaPython)]
    public Task KafkaPython_ProduceGroupsAdmin_Pass() => RunAsync(KafkaPython);

    [RequiresFact(Requirement.ConfluentKafkaPython)]
    public Task ConfluentKafka_EveryCodecBothAssignorsAdmin_Pass() => RunAsync(ConfluentKafka);

    private static async Task RunAsync(string script)
    {
        await using var queue = await TestQueue.StartAsync();
        using var directory = new TempDirectory();
        var path = directory.File("test.py");
        await File.WriteAllTextAsync(path, script);
        await using var python = await ChildProcess.RunAsync(Requirements.DebianPython, [path, queue.Bootstrap]);
        Assert.True(python.ExitCode == 0 && python.Output.Contains("passed", StringComparison.Ordinal), python.Output);
    }
}
