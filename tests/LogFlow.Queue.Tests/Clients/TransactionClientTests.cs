using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>Transactions of real clients against the queue: librdkafka by Python, and Kafka's own Java tools.</summary>
public sealed class TransactionClientTests
{
    private const string ConfluentKafka = """
        import sys
        from confluent_kafka import Producer, Consumer, TopicPartition, KafkaException, KafkaError
        from confluent_kafka.admin import AdminClient, NewTopic
        b = sys.argv[1]
        a = AdminClient({'bootstrap.servers': b})
        for f in a.create_topics([NewTopic('in', 2, 1), NewTopic('out', 2, 1)]).values(): f.result()

        def transactional(id, timeout=60000):
            p = Producer({'bootstrap.servers': b, 'transactional.id': id, 'transaction.timeout.ms': timeout})
            p.init_transactions(20)
            return p

        def consume(topic, isolation, count):
            c = Consumer({'bootstrap.servers': b, 'group.id': 'reader-' + isolation, 'auto.offset.reset': 'earliest',
                          'enable.auto.commit': False, 'isolation.level': isolation, 'enable.partition.eof': True})
            parts = [TopicPartition(topic, i, 0) for i in range(2)]
            c.assign(parts)
            seen, ends = [], set()
            while len(ends) < 2:
                m = c.poll(20)
                assert m is not None
                if m.error():
                    assert m.error().code() == KafkaError._PARTITION_EOF, m.error()
                    ends.add(m.partition())
                else:
                    seen.append(m.value().decode())
            c.close()
            assert len(seen) == len(set(seen)), 'twice'
            assert count is None or len(seen) == count, (len(seen), count)
            return seen

        # Every second transaction is aborted.
        p = transactional('one')
        for t in range(20):
            p.begin_transaction()
            for i in range(50):
                p.produce('in', key=str(i), value='%s-%d-%d' % ('keep' if t % 2 == 0 else 'drop', t, i))
            p.commit_transaction(20) if t % 2 == 0 else p.abort_transaction(20)
        kept = consume('in', 'read_committed', 500)
        assert all(v.startswith('keep') for v in kept)
        assert len(consume('in', 'read_uncommitted', None)) >= 500

        # Read, process, write, with the offsets in the transaction; every third one is aborted and done again.
        c = Consumer({'bootstrap.servers': b, 'group.id': 'copier', 'auto.offset.reset': 'earliest',
                      'enable.auto.commit': False, 'isolation.level': 'read_committed'})
        c.subscribe(['in'])
        copied, n = 0, 0
        while copied < 500:
            ms = [m for m in c.consume(40, 20) if not m.error()]
            assert ms, copied
            p.begin_transaction()
            for m in ms:
                p.produce('out', key=m.key(), value=m.value())
            p.send_offsets_to_transaction(c.position(c.assignment()), c.consumer_group_metadata(), 20)
            n += 1
            if n % 3 == 0:
                p.abort_transaction(20)
                for tp in c.committed(c.assignment(), 20):
                    c.seek(TopicPartition(tp.topic, tp.partition, max(tp.offset, 0)))
            else:
                p.commit_transaction(20)
                copied += len(ms)
        committed = c.committed(c.assignment(), 20)
        c.close()
        assert sorted(consume('out', 'read_committed', 500)) == sorted(kept)
        assert sum(tp.offset for tp in committed) >= 500, committed

        # A second producer of the id fences the first.
        first = transactional('two')
        first.begin_transaction()
        first.produce('in', value='fenced')
        first.flush(20)
        second = transactional('two')
        try:
            first.commit_transaction(20)
            assert False, 'the fenced producer committed'
        except KafkaException as e:
            assert e.args[0].fatal(), e
        second.begin_transaction()
        second.produce('in', value='keep-second')
        second.commit_transaction(20)
        assert 'fenced' not in consume('in', 'read_committed', 501)
        print('passed')
        """;

    [RequiresFact(Requirement.ConfluentKafkaPython)]
    public async Task ConfluentKafka_TransactionsOffsetsAndFencing_Pass()
    {
        await using var queue = await TestQueue.StartAsync();
        using var directory = new TempDirectory();
        var path = directory.File("test.py");
        await File.WriteAllTextAsync(path, ConfluentKafka);
        await using var python = await ChildProcess.RunAsync(Requirements.DebianPython, [path, queue.Bootstrap]);
        Assert.True(python.ExitCode == 0 && python.Output.Contains("passed", StringComparison.Ordinal), python.Output);
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task MessageCopier_WithRandomAborts_CopiesEveryMessageOnce()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("in");
        await client.CreateTopicAsync("out");
        for (var i = 0; i < 20; i++)
        {
            await client.ProduceOneAsync("in", Some.Batch(50, $"{i}"));
        }

        await using var copier = await RealServer.RunKafkaToolAsync(
            "transactional-message-copier", "--broker-list", queue.Bootstrap, "--input-topic", "in",
            "--input-partition", "0", "--output-topic", "out", "--transactional-id", "copier", "--consumer-group", "g",
            "--transaction-size", "60", "--enable-random-aborts", "--group-mode", "--use-group-metadata");
        Assert.True(copier.ExitCode == 0, copier.Output);
        var expected = Enumerable.Range(0, 20).SelectMany(i => Enumerable.Range(0, 50).Select(j => $"{i} {j}"));
        Assert.Equal(expected, await TransactionTests.ReadCommittedAsync(client, "out"));

        // Kafka's client took transactions of the second kind: an epoch each.
        var described = await client.AskAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(
            new DescribeTransactionsRequest { TransactionalIds = ["copier"] }, 0);
        Assert.True(described.TransactionStates[0].ProducerEpoch > 10);

        // The reference consumer sees the same.
        await using var consumer = await RealServer.RunKafkaToolAsync(
            "console-consumer", "--bootstrap-server", queue.Bootstrap, "--topic", "out", "--from-beginning",
            "--isolation-level", "read_committed", "--timeout-ms", "10000");
        Assert.Contains("Processed a total of 1000 messages", consumer.Output, StringComparison.Ordinal);
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task TransactionsTool_ListDescribeFindAndAbort_Work()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        await client.CreateTopicAsync("logs");
        var producer = await TransactionalProducer.StartAsync(client, "open-one");
        await producer.WriteAsync("logs", "x");
        Assert.Contains("open-one", await RunAsync(queue, "list"), StringComparison.Ordinal);
        var described = await RunAsync(queue, "describe", "--transactional-id", "open-one");
        Assert.Contains("Ongoing", described, StringComparison.Ordinal);
        Assert.Contains("logs-0", described, StringComparison.Ordinal);
        Assert.Contains(
            $"{producer.ProducerId}",
            await RunAsync(queue, "describe-producers", "--topic", "logs", "--partition", "0"),
            StringComparison.Ordinal);
        await RunAsync(queue, "find-hanging", "--broker-id", "1", "--max-transaction-timeout", "1");
        await RunAsync(queue, "abort", "--topic", "logs", "--partition", "0", "--start-offset", "0");
        var data = await client.FetchOneAsync("logs", 0);
        Assert.Equal((2L, 2L), (data.LastStableOffset, data.HighWatermark));
        Assert.Empty(await TransactionTests.ReadCommittedAsync(client, "logs"));
    }

    private static async Task<string> RunAsync(TestQueue queue, params string[] arguments)
    {
        await using var process = await RealServer.RunKafkaToolAsync(
            "transactions", ["--bootstrap-server", queue.Bootstrap, .. arguments]);
        Assert.True(process.ExitCode == 0, $"transactions {string.Join(' ', arguments)}:\n{process.Output}");
        return process.Output;
    }
}
