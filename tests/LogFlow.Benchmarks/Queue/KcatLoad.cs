using LogFlow.Kafka.Protocol;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>Load by librdkafka, driven by kcat.</summary>
internal static class KcatLoad
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Why it cannot be used; null where it can.</summary>
    public static string? WhyMissing() => Requirements.WhyMissing(Requirement.Kcat);

    public static Task ProduceAsync(string address, string topic, string file, CompressionType compression) =>
        RunAsync(
            "-P", "-b", address, "-t", topic, "-l", "-z", compression.ToString().ToLowerInvariant(),
            "-X", "acks=all", "-X", "enable.idempotence=true", "-X", "linger.ms=20", "-X", "batch.size=1000000",
            "-X", "batch.num.messages=20000", "-X", "queue.buffering.max.messages=500000", file);

    public static Task ConsumeAsync(string address, string topic, long records) =>
        RunAsync(
            "-C", "-b", address, "-t", topic, "-o", "beginning", "-q", "-f", "",
            "-c", records.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "-X", "fetch.message.max.bytes=8388608");

    private static async Task RunAsync(params string[] arguments)
    {
        await using var kcat = await ChildProcess.RunAsync("kcat", arguments, Patience);
        if (kcat.ExitCode != 0)
        {
            throw new InvalidOperationException($"kcat {string.Join(' ', arguments)}:\n{kcat.Output}");
        }
    }
}
