using System.Diagnostics;
using System.Globalization;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/LogFlow.Benchmarks -- queue [RECORDS] [--kafka] [--only PART]</c>: 200-byte
/// access-log lines into a <c>logflow-queue</c> process and out of it, by our client and by librdkafka (kcat), acks=all
/// and idempotent. <c>--kafka</c>: the same into a real Kafka 4.1, once synced and once to its page cache. PART is one
/// of produce, consume, both, fetch, librdkafka, waiting, acks. CPU time stands beside the rates, because the machine
/// may be doing other things.
/// </summary>
internal sealed class QueueBenchmark(long records)
{
    /// <summary>The uncompressed produce rate that was aimed at; acknowledgements are timed at half of it.</summary>
    private const double AimedRate = 1_500_000;

    private static readonly TimeSpan AcksInterval = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan AcksDuration = TimeSpan.FromSeconds(6);

    private static readonly CompressionType[] Codecs =
        [CompressionType.None, CompressionType.Lz4, CompressionType.Zstd];

    private readonly LineSet _lines = new();

    /// <summary>Runs and prints.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var records = 2_000_000L;
        var brokers = new List<BrokerKind> { BrokerKind.LogFlow };
        string? part = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--kafka":
                    brokers.AddRange([BrokerKind.KafkaSynced, BrokerKind.KafkaPageCache]);
                    break;
                case "--only" when i + 1 < arguments.Length:
                    part = arguments[++i];
                    break;
                default:
                    records = long.Parse(arguments[i], CultureInfo.InvariantCulture);
                    break;
            }
        }

        await new QueueBenchmark(records).RunAsync(brokers, part);
        return 0;
    }

    private async Task RunAsync(List<BrokerKind> brokers, string? part)
    {
        using var folder = new TempDirectory();
        var file = folder.File("lines.log");
        if (part is null or "librdkafka")
        {
            _lines.WriteFile(file, records);
        }

        TouchMemory(folder.File("touch"));
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        Console.WriteLine(
            $"{records:N0} records of {LineSet.LineSize} bytes, {Environment.ProcessorCount} cores for broker and "
            + $"client, load average {load} at the start");
        if (KcatLoad.WhyMissing() is { } reason)
        {
            Console.WriteLine($"without librdkafka: {reason}");
        }

        foreach (var kind in brokers)
        {
            await using var broker = await Broker.StartAsync(kind, folder.File(kind.ToString()));
            await MeasureAsync(broker, file, part);
        }
    }

    /// <summary>
    /// Memory that a virtual machine has never touched is slow the first time (here 125 MB/s against 1.6 GB/s): a file
    /// as large as a few of the topics, but 2 GB at most, takes that from the page cache before anything is measured.
    /// </summary>
    private void TouchMemory(string path)
    {
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1))
        {
            var piece = new byte[1 << 20];
            for (var size = 0L; size < Math.Min(records * LineSet.LineSize * 4, 2L << 30); size += piece.Length)
            {
                file.Write(piece);
            }
        }

        File.Delete(path);
    }

    private async Task MeasureAsync(Broker broker, string file, string? only)
    {
        Console.WriteLine($"\n{broker.Name}; idle RSS {broker.Usage().CurrentBytes >> 20} MiB");
        Console.WriteLine($"{"",-36}{"records/s",12}{"MB/s",8}{"broker CPU s/M",16}{"all CPU s/M",13}{"RSS MiB",9}");
        await using var client = new OwnClientLoad(broker.Address, _lines);
        await WarmUpAsync(client);
        (string Name, Func<Task> Run)[] parts =
        [
            ("produce", () => MeasureProduceAsync(broker, client)),
            ("consume", () => MeasureConsumeAsync(broker, client)),
            ("both", () => MeasureBothAsync(broker, client)),
            ("fetch", () => MeasureFetchAsync(broker, client)),
            ("librdkafka", () => MeasureKcatAsync(broker, client, file)),
            ("waiting", () => MeasureWaitingAsync(broker, client)),
            ("acks", () => MeasureAcksAsync(client, Path.GetDirectoryName(file)!)),
        ];
        foreach (var part in parts.Where(part => only is null || only == part.Name))
        {
            await part.Run();
        }

        Console.WriteLine($"RSS {broker.Usage().CurrentBytes >> 20} MiB, peak {broker.Usage().PeakBytes >> 20} MiB");
    }

    /// <summary>The client's code is compiled once for all brokers: the first must not pay for it.</summary>
    private async Task WarmUpAsync(OwnClientLoad client)
    {
        await client.CreateTopicAsync("warm-up", 1);
        var count = Math.Min(records, 500_000);
        await client.ProduceAsync("warm-up", 1, count, CompressionType.None);
        await client.ConsumeAsync("warm-up", count);
    }

    private async Task MeasureProduceAsync(Broker broker, OwnClientLoad client)
    {
        foreach (var partitions in (int[])[1, 8])
        {
            foreach (var codec in Codecs)
            {
                var topic = $"own-{partitions}-{codec}";
                await client.CreateTopicAsync(topic, partitions);
                await MeasureAsync(
                    broker,
                    $"produce, own client, {Describe(partitions, codec)}",
                    () => client.ProduceAsync(topic, partitions, records, codec));
            }
        }
    }

    private async Task MeasureConsumeAsync(Broker broker, OwnClientLoad client)
    {
        foreach (var codec in Codecs)
        {
            var topic = $"consume-{codec}";
            await client.CreateTopicAsync(topic, 1);
            await client.ProduceAsync(topic, 1, records, codec);
            await MeasureAsync(
                broker, $"consume, own client, {Describe(1, codec)}", () => client.ConsumeAsync(topic, records));
        }
    }

    private async Task MeasureBothAsync(Broker broker, OwnClientLoad client)
    {
        await client.CreateTopicAsync("both", 1);
        await MeasureAsync(broker, "produce and consume, own client", () => Task.WhenAll(
            client.ProduceAsync("both", 1, records, CompressionType.None), client.ConsumeAsync("both", records)));
    }

    private async Task MeasureFetchAsync(Broker broker, OwnClientLoad client)
    {
        await client.CreateTopicAsync("fetch", 1);
        await client.ProduceAsync("fetch", 1, records, CompressionType.None);
        using var load = new RawFetchLoad(broker.Address);
        foreach (var time in (string[])["first", "second"])
        {
            await MeasureAsync(
                broker, $"fetch of 50 MiB, {time} time", () => Task.Run(() => load.FetchAll("fetch", records)));
        }
    }

    /// <summary>Records pile up and nobody reads them: the broker's memory must not grow with them.</summary>
    private async Task MeasureWaitingAsync(Broker broker, OwnClientLoad client)
    {
        const int Steps = 5;
        await client.CreateTopicAsync("waiting", 1);
        for (var step = 1; step <= Steps; step++)
        {
            await client.ProduceAsync("waiting", 1, records / Steps, CompressionType.None);
            Console.WriteLine(
                $"{records / Steps * step,14:N0} records wait: RSS {broker.Usage().CurrentBytes >> 20} MiB");
        }
    }

    private async Task MeasureAcksAsync(OwnClientLoad client, string folder)
    {
        double[] rates = [100_000, AimedRate / 2];
        foreach (var rate in rates)
        {
            var topic = $"acks-{rate:0}";
            await client.CreateTopicAsync(topic, 1);
            var acks = await client.ProduceAtRateAsync(topic, rate, AcksInterval, AcksDuration);
            Print($"ack at {rate:N0} records/s", acks);
            Print("  a bare write and fdatasync", DiskBaseline.Measure(
                folder, (int)(rate * LineSet.LineSize * AcksInterval.TotalSeconds), AcksInterval, AcksDuration));
        }
    }

    private async Task MeasureKcatAsync(Broker broker, OwnClientLoad client, string file)
    {
        if (KcatLoad.WhyMissing() is not null)
        {
            return;
        }

        foreach (var partitions in (int[])[1, 8])
        {
            foreach (var codec in Codecs)
            {
                var topic = $"kcat-{partitions}-{codec}";
                await client.CreateTopicAsync(topic, partitions);
                await MeasureAsync(
                    broker, $"produce, librdkafka, {Describe(partitions, codec)}",
                    () => KcatLoad.ProduceAsync(broker.Address, topic, file, codec));
            }
        }

        await MeasureAsync(
            broker,
            "consume, librdkafka, 1 p, none",
            () => KcatLoad.ConsumeAsync(broker.Address, "kcat-1-None", records));
    }

    private async Task MeasureAsync(Broker broker, string what, Func<Task> work)
    {
        var brokerBefore = broker.Usage();
        var machineBefore = ProcessUsage.Read(Environment.ProcessId).CpuSeconds + ProcessUsage.ReadChildrenSeconds();
        var clock = Stopwatch.StartNew();
        await work();
        var seconds = clock.Elapsed.TotalSeconds;
        var usage = broker.Usage();
        var brokerCpu = usage.CpuSeconds - brokerBefore.CpuSeconds;
        var clientCpu = ProcessUsage.Read(Environment.ProcessId).CpuSeconds + ProcessUsage.ReadChildrenSeconds()
            - machineBefore;
        var millions = records / 1e6;
        Console.WriteLine(
            $"{what,-36}{records / seconds,12:N0}{records * (double)LineSet.LineSize / seconds / 1e6,8:N0}"
            + $"{brokerCpu / millions,16:0.00}{(brokerCpu + clientCpu) / millions,13:0.00}"
            + $"{usage.CurrentBytes >> 20,9}");
    }

    private static void Print(string what, double[] sortedMs) =>
        Console.WriteLine(
            $"{what,-36} p50 {At(sortedMs, 0.5):0.0} ms, p99 {At(sortedMs, 0.99):0.0} ms, "
            + $"p99.9 {At(sortedMs, 0.999):0.0} ms");

    private static string Describe(int partitions, CompressionType codec) =>
        $"{partitions} p, {codec.ToString().ToLowerInvariant()}";

    private static double At(double[] sorted, double quantile) => sorted[(int)((sorted.Length - 1) * quantile)];
}
