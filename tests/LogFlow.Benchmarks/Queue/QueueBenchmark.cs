using System.Diagnostics;
using System.Globalization;
using LogFlow.Benchmarks.Pipeline;
using LogFlow.Kafka.Protocol.Records;
using LogFlow.Testing;

namespace LogFlow.Benchmarks.Queue;

/// <summary>
/// <c>dotnet run -c Release --project tests/LogFlow.Benchmarks -- queue [RECORDS] [--kafka] [--produce]</c>: 200-byte
/// access-log lines into a <c>logflow-queue</c> process and out of it, by our client and by librdkafka (kcat), acks=all
/// and idempotent. <c>--kafka</c>: the same into a real Kafka 4.1, once synced and once to its page cache.
/// <c>--produce</c>: nothing but our client's uncompressed produce to one partition, for a profiler. CPU time stands
/// beside the rates, because the machine may be doing other things.
/// </summary>
internal sealed class QueueBenchmark(long records, bool onlyProduces)
{
    private static readonly CompressionType[] Codecs =
        [CompressionType.None, CompressionType.Lz4, CompressionType.Zstd];

    private readonly LineSet _lines = new();

    /// <summary>Runs and prints.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var number = Array.Find(arguments, argument => !argument.StartsWith('-')) ?? "2000000";
        var benchmark = new QueueBenchmark(
            long.Parse(number, CultureInfo.InvariantCulture), arguments.Contains("--produce"));
        await benchmark.RunAsync(withKafka: arguments.Contains("--kafka"));
        return 0;
    }

    private async Task RunAsync(bool withKafka)
    {
        using var folder = new TempDirectory();
        var file = folder.File("lines.log");
        _lines.WriteFile(file, records);
        TouchMemory(folder.File("touch"));
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        Console.WriteLine(
            $"{records:N0} records of {LineSet.LineSize} bytes, {Environment.ProcessorCount} cores for broker and "
            + $"client, load average {load} at the start");
        if (KcatLoad.WhyMissing() is { } reason)
        {
            Console.WriteLine($"without librdkafka: {reason}");
        }

        await using (var queue = await Broker.StartQueueAsync(folder.File("queue")))
        {
            await MeasureAsync(queue, file);
        }

        foreach (var syncs in withKafka ? (bool[])[true, false] : [])
        {
            await using var kafka = await Broker.StartKafkaAsync(folder.File($"kafka-{syncs}"), syncs);
            await MeasureAsync(kafka, file);
        }
    }

    /// <summary>
    /// Memory that a virtual machine has never touched is slow the first time (here 125 MB/s against 1.6 GB/s): a file
    /// as large as a few of the topics takes that from the page cache before anything is measured.
    /// </summary>
    private void TouchMemory(string path)
    {
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1))
        {
            var piece = new byte[1 << 20];
            for (var size = 0L; size < records * LineSet.LineSize * 4; size += piece.Length)
            {
                file.Write(piece);
            }
        }

        File.Delete(path);
    }

    private async Task MeasureAsync(Broker broker, string file)
    {
        Console.WriteLine($"\n{broker.Name}; idle RSS {broker.Usage().CurrentBytes >> 20} MiB");
        Console.WriteLine($"{"",-36}{"records/s",12}{"MB/s",8}{"broker CPU s/M",16}{"all CPU s/M",13}{"RSS MiB",9}");
        await using var client = new OwnClientLoad(broker.Address, _lines);
        await client.CreateTopicAsync("warm-up", 1);
        await client.ProduceAsync("warm-up", 1, Math.Min(records, 500_000), CompressionType.None);
        var rate = 0.0;
        foreach (var partitions in (int[])[1, 8])
        {
            foreach (var codec in Codecs)
            {
                var topic = $"own-{partitions}-{codec}";
                await client.CreateTopicAsync(topic, partitions);
                var produced = await MeasureAsync(
                    broker, $"produce, own client, {Describe(partitions, codec)}",
                    () => client.ProduceAsync(topic, partitions, records, codec));
                rate = rate == 0 ? produced : rate;
                if (onlyProduces)
                {
                    return;
                }
            }
        }

        foreach (var codec in Codecs)
        {
            await MeasureAsync(
                broker,
                $"consume, own client, {Describe(1, codec)}",
                () => client.ConsumeAsync($"own-1-{codec}", records));
        }

        await client.CreateTopicAsync("both", 1);
        await MeasureAsync(broker, "produce and consume, own client", () => Task.WhenAll(
            client.ProduceAsync("both", 1, records, CompressionType.None), client.ConsumeAsync("both", records)));
        await MeasureKcatAsync(broker, client, file);
        await client.CreateTopicAsync("paced", 1);
        var times = await client.ProduceAtRateAsync("paced", rate / 2, TimeSpan.FromSeconds(4));
        Console.WriteLine(
            $"ack at {rate / 2:N0} records/s: p50 {At(times, 0.5):0.0} ms, p99 {At(times, 0.99):0.0} ms, "
            + $"p99.9 {At(times, 0.999):0.0} ms; RSS {broker.Usage().CurrentBytes >> 20} MiB, "
            + $"peak {broker.Usage().PeakBytes >> 20} MiB");
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

    private async Task<double> MeasureAsync(Broker broker, string what, Func<Task> work)
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
        return records / seconds;
    }

    private static string Describe(int partitions, CompressionType codec) =>
        $"{partitions} p, {codec.ToString().ToLowerInvariant()}";

    private static double At(double[] sorted, double quantile) => sorted[(int)((sorted.Length - 1) * quantile)];
}
