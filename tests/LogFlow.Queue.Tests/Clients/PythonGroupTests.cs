namespace LogFlow.Queue.Tests;

/// <summary>Debian's Python clients in groups that rebalance, and more of their calls.</summary>
public sealed class PythonGroupTests
{
    private const string KafkaPython = """
        import sys, threading, time
        from kafka import KafkaProducer, KafkaConsumer, TopicPartition, KafkaAdminClient
        from kafka.admin import NewTopic, NewPartitions, ConfigResource, ConfigResourceType
        from kafka.codec import has_snappy, has_lz4, has_zstd
        b = sys.argv[1]
        a = KafkaAdminClient(bootstrap_servers=b)
        a.create_topics([NewTopic('t', 2, 1, topic_configs={'retention.ms': '3600000'})])
        a.create_partitions({'t': NewPartitions(4)})
        a.alter_configs([ConfigResource(ConfigResourceType.TOPIC, 't', {'retention.ms': '7200000'})])
        described = a.describe_configs([ConfigResource(ConfigResourceType.TOPIC, 't')])
        configs = {c[0]: c[1] for c in described[0].resources[0][4]}
        assert configs['retention.ms'] == '7200000', configs
        codecs = [None, 'gzip'] + [c for c, has in
            [('snappy', has_snappy()), ('lz4', has_lz4()), ('zstd', has_zstd())] if has]
        print('codecs', codecs)
        for codec in codecs:
            for acks in [1, 'all']:
                p = KafkaProducer(bootstrap_servers=b, compression_type=codec, acks=acks, linger_ms=5)
                for i in range(500):
                    p.send('t', key=b'k%d' % i, value=b'v%d ' % i * 10, timestamp_ms=1700000000000 + i)
                p.flush(20)
                p.close()
        total = len(codecs) * 2 * 500

        class Member(threading.Thread):
            # In a thread of its own: poll() waits for a rebalance's end, whatever its timeout.
            def __init__(self, seen, name):
                super().__init__(daemon=True)
                self.consumer = KafkaConsumer(
                    't', bootstrap_servers=b, group_id='g', auto_offset_reset='earliest', client_id=name,
                    auto_commit_interval_ms=100, session_timeout_ms=10000, heartbeat_interval_ms=300,
                    fetch_max_wait_ms=100)
                self.seen, self.partitions, self.stopped = seen, 0, threading.Event()
                self.start()
            def run(self):
                while not self.stopped.is_set():
                    for records in self.consumer.poll(timeout_ms=50).values():
                        self.seen.update((r.partition, r.offset) for r in records)
                    self.partitions = len(self.consumer.assignment())
                self.consumer.close()
            def stop(self):
                self.stopped.set()
                self.join(30)
                assert not self.is_alive()

        def until(what, condition):
            end = time.time() + 60
            while not condition():
                assert time.time() < end, what
                time.sleep(0.02)

        seen = set()
        first = Member(seen, 'first')
        until('all records', lambda: len(seen) == total)
        second = Member(seen, 'second')
        until('two partitions each', lambda: first.partitions == 2 == second.partitions)
        described = a.describe_consumer_groups(['g'])[0]
        assert described.state == 'Stable' and len(described.members) == 2, described
        second.stop()
        until('all partitions again', lambda: first.partitions == 4)
        first.stop()
        committed = a.list_consumer_group_offsets('g')
        assert sum(o.offset for o in committed.values()) == total, committed
        c = KafkaConsumer(bootstrap_servers=b)
        tps = [TopicPartition('t', i) for i in range(4)]
        c.assign(tps)
        assert all(o == 0 for o in c.beginning_offsets(tps).values())
        assert sum(c.end_offsets(tps).values()) == total
        c.seek(tps[0], 1)
        c.pause(*tps[1:])
        records = c.poll(timeout_ms=5000)
        assert list(records) == [tps[0]] and records[tps[0]][0].offset == 1
        found = c.offsets_for_times({tps[0]: 1700000000000 + 499, tps[1]: 1900000000000})
        assert found[tps[0]].timestamp >= 1700000000499 if found[tps[0]] else True
        assert found[tps[1]] is None, found
        c.close()
        assert a.delete_consumer_groups(['g'])[0][1].errno == 0
        a.delete_topics(['t'])
        print('passed')
        """;

    private const string ConfluentKafka = """
        import sys, time
        from confluent_kafka import Producer, Consumer, TopicPartition, OFFSET_BEGINNING, OFFSET_END
        from confluent_kafka.admin import AdminClient, NewTopic, ConfigResource
        b = sys.argv[1]
        a = AdminClient({'bootstrap.servers': b})
        for f in a.create_topics([NewTopic('t', 4, 1, config={'retention.ms': '3600000'})]).values(): f.result()
        r = ConfigResource('topic', 't', set_config={'retention.ms': '7200000'})
        for f in a.alter_configs([r]).values(): f.result()
        for f in a.describe_configs([ConfigResource('topic', 't')]).values():
            assert f.result()['retention.ms'].value == '7200000'
        total = 0
        for acks in ['0', '1', 'all']:
            p = Producer({'bootstrap.servers': b, 'acks': acks, 'compression.type': 'lz4', 'linger.ms': 5})
            for i in range(1000):
                p.produce('t', key=str(i), value='v%d' % i, headers={'h': b'x'}, timestamp=1700000000000 + i)
            assert p.flush(20) == 0
            total += 1000

        class Member:
            def __init__(self, seen, assignor, instance=None, group='g'):
                config = {'bootstrap.servers': b, 'group.id': group, 'auto.offset.reset': 'earliest',
                          'partition.assignment.strategy': assignor, 'auto.commit.interval.ms': 100,
                          'session.timeout.ms': 10000, 'heartbeat.interval.ms': 300, 'fetch.wait.max.ms': 100}
                if instance: config['group.instance.id'] = instance
                self.consumer, self.seen, self.lost, self.joined = Consumer(config), seen, 0, 0
                self.consumer.subscribe(['t'], on_assign=self.on_assign, on_revoke=self.on_revoke)
            def on_assign(self, c, partitions): self.joined += 1
            def on_revoke(self, c, partitions): self.lost += len(partitions)
            def count(self): return len(self.consumer.assignment())

        def until(what, condition, *members):
            end = time.time() + 60
            while not condition():
                assert time.time() < end, what
                for m in members:
                    for r in m.consumer.consume(500, 0.05):
                        assert not r.error(), r.error()
                        assert r.headers() == [('h', b'x')]
                        m.seen.add((r.partition(), r.offset()))

        for assignor in ['range', 'roundrobin', 'cooperative-sticky']:
            seen, group = set(), 'g-' + assignor
            first = Member(seen, assignor, group=group)
            until('all records', lambda: len(seen) == total, first)
            second = Member(seen, assignor, group=group)
            until('two each', lambda: first.count() == 2 == second.count(), first, second)
            assert first.lost == (2 if assignor == 'cooperative-sticky' else 4), first.lost
            second.consumer.close()
            until('all again', lambda: first.count() == 4, first)
            first.consumer.close()
            reader = Consumer({'bootstrap.servers': b, 'group.id': group})
            committed = reader.committed([TopicPartition('t', i) for i in range(4)], timeout=10)
            assert sum(o.offset for o in committed) == total, committed
            reader.close()

        seen = set()
        static = [Member(seen, 'range', 'one', 'static'), Member(seen, 'range', 'two', 'static')]
        until('all records', lambda: len(seen) == total and static[0].count() == 2 == static[1].count(), *static)
        until('quiet', lambda: static[1].joined >= 1, *static)
        lost, joined = static[1].lost, static[1].joined
        static[0].consumer.close()
        static[0] = Member(seen, 'range', 'one', 'static')
        until('back in its place', lambda: static[0].count() == 2, *static)
        assert (static[1].lost, static[1].joined) == (lost, joined), 'a static member came back without a rebalance'
        groups = {g.id: g for g in a.list_groups(timeout=10)}
        assert groups['static'].state == 'Stable' and len(groups['static'].members) == 2
        for m in static: m.consumer.close()

        c = Consumer({'bootstrap.servers': b, 'group.id': 'manual', 'enable.auto.commit': False})
        low, high = c.get_watermark_offsets(TopicPartition('t', 0), timeout=10)
        assert low == 0 and high > 0
        found = c.offsets_for_times([TopicPartition('t', 0, 1700000000000)], timeout=10)
        assert found[0].offset == 0, found
        c.assign([TopicPartition('t', 0, high - 1)])
        m = c.poll(20)
        assert m.offset() == high - 1
        c.seek(TopicPartition('t', 0, 0))
        m = c.poll(20)
        assert m.offset() == 0, m.offset()
        c.commit(offsets=[TopicPartition('t', 0, 5)], asynchronous=False)
        assert c.committed([TopicPartition('t', 0)], timeout=10)[0].offset == 5
        c.close()
        for f in a.delete_topics(['t']).values(): f.result()
        print('passed')
        """;

    [RequiresFact(Requirement.KafkaPython)]
    public Task KafkaPython_RebalancesSeeksConfigsGroups_Pass() => RunAsync(KafkaPython);

    [RequiresFact(Requirement.ConfluentKafkaPython)]
    public Task ConfluentKafka_RebalancesStaticMembersSeeksConfigs_Pass() => RunAsync(ConfluentKafka);

    private static async Task RunAsync(string script)
    {
        await using var queue = await TestQueue.StartAsync();
        using var directory = new TempDirectory();
        var path = directory.File("test.py");
        await File.WriteAllTextAsync(path, script);
        await using var python = await ChildProcess.RunAsync(
            Requirements.DebianPython, [path, queue.Bootstrap], TimeSpan.FromMinutes(4));
        Assert.True(python.ExitCode == 0 && python.Output.Contains("passed", StringComparison.Ordinal), python.Output);
    }
}
