namespace LogFlow.Queue.Tests;

/// <summary>Runs Kafka's own tools to their end, which must be a good one.</summary>
internal static class KafkaTool
{
    public static Task<string> RunAsync(TestQueue queue, string tool, params string[] arguments) =>
        RunAsync(tool, ["--bootstrap-server", queue.Bootstrap, .. arguments]);

    public static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        await using var process = await RealServer.RunKafkaToolAsync(tool, arguments);
        Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}:\n{process.Output}");
        return process.Output;
    }
}
