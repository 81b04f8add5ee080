using System.Diagnostics;
using System.Globalization;
using LogFlow.Testing;
using Xunit.Abstractions;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// The promise, kept through everything that servers do to it: every line once, in order per file, no good line among
/// the dead letters. Short in CI; LOGFLOW_CHAOS_MINUTES, LOGFLOW_CHAOS_FREEZE and LOGFLOW_SEED make long runs and
/// repeat them.
/// </summary>
public class ChaosTests(ITestOutputHelper output)
{
    private static readonly string[] EmbeddedStoreOnly =
        ["-E", "agent.enabled=false", "-E", "queue.enabled=false", "-E", "processor.enabled=false"];

    [RequiresFact(Requirement.Linux)]
    public async Task Up_KilledAndFrozen_EveryLineOnceInOrder()
    {
        using var folder = new TempDirectory();
        var (queue, store) = (FreePort.Next(), FreePort.Next());
        await using var stack = new ChaosStack();
        stack.Add("up", () => LogFlowProcess.Start(
            "logflow",
            [
                "up", "--data", folder.File("data"), "--path", folder.File("logs", "*.log*"),
                "-E", $"queue.port={queue}",
                "-E", $"store.port={store}", "-E", "console.port=0"
            ]));

        await RunAsync(stack, folder, $"127.0.0.1:{queue}", new Uri($"http://127.0.0.1:{store}"));
    }

    [RequiresFact(Requirement.Linux)]
    public async Task FourProcesses_KilledAndFrozen_EveryLineOnceInOrder()
    {
        using var folder = new TempDirectory();
        var (queue, store) = (FreePort.Next(), FreePort.Next());
        await using var stack = new ChaosStack();
        stack.Add("store", () => LogFlowProcess.Start(
            "logflow",
            [
                "up", "--data", folder.File("store"), "-E", $"store.port={store}", "-E", "console.port=0",
                .. EmbeddedStoreOnly,
            ]));
        stack.Add("queue", () => LogFlowProcess.Start(
            "logflow-queue",
            "-E", $"listeners=PLAINTEXT://127.0.0.1:{queue}", "-E", $"log.dirs={folder.File("queue")}",
            "-E", "num.partitions=4", "-E", "queue.http.port=0"));
        var secret = StoreSecretFile.Provide(folder.File("store"));
        AddShippers(
            stack, folder, $"127.0.0.1:{queue}", "-E", $"output.store.url=http://127.0.0.1:{store}",
            "-E", $"output.store.secret_file={secret}");

        await RunAsync(stack, folder, $"127.0.0.1:{queue}", new Uri($"http://127.0.0.1:{store}"));
    }

    [RequiresFact(Requirement.Kafka, Requirement.Elasticsearch)]
    public async Task KafkaAndElasticsearch_KilledAndFrozen_EveryLineOnceInOrder()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(
            folder.File("kafka"), "num.partitions=4", "log.flush.interval.messages=1");
        await using var elasticsearch = await RealServer.StartElasticsearchAsync(folder.File("es"));
        await using var stack = new ChaosStack();
        stack.Add("kafka", kafka);
        stack.Add("elasticsearch", elasticsearch);
        AddShippers(stack, folder, kafka.Address, "-E", $"output.elasticsearch.hosts={elasticsearch.Url}");

        await RunAsync(stack, folder, kafka.Address, elasticsearch.Url);
    }

    private static void AddShippers(ChaosStack stack, TempDirectory folder, string queue, params string[] index)
    {
        for (var number = 1; number <= 2; number++)
        {
            var data = folder.File($"processor{number.ToString(CultureInfo.InvariantCulture)}");
            stack.Add($"processor{number}", () => LogFlowProcess.Start(
                "logflow-processor",
                [
                    "-E", $"queue.bootstrap_servers={queue}", "-E", $"path.data={data}", "-E", "api.http.port=0",
                    .. index,
                ]));
        }

        stack.Add("agent", () => LogFlowProcess.Start(
            "logflow-agent",
            [
                "-E", $"filebeat.inputs=[{{id: chaos, paths: ['{folder.File("logs", "*.log*")}']}}]",
                "-E", $"output.kafka.hosts={queue}", "-E", $"path.data={folder.File("agent")}", "-E", "http.port=0",
            ]));
    }

    private async Task RunAsync(ChaosStack stack, TempDirectory folder, string queue, Uri index)
    {
        var random = new Random(Seeds.Next(output));
        Directory.CreateDirectory(folder.File("logs"));
        using var writers = new LogWriters(folder.File("logs"), random.Next(), TimeSpan.FromMilliseconds(50));
        using var api = new SearchApi(index);

        // Those that ship come first: what they ship to is gone at the start.
        foreach (var name in stack.Victims.Where(name => name is not ("kafka" or "elasticsearch")).Reverse())
        {
            await stack.StartAsync(name);
            await Task.Delay(random.Next(0, 500));
        }

        await new ChaosRun(stack, random, output).RunAsync();
        writers.Stop();
        output.WriteLine($"{writers.Lines} lines");

        await WaitWhileDocumentsComeAsync(stack, api, writers.Lines);

        // Line by line first: a count alone does not say which line is too many, and where it came from.
        await ChaosOracle.AssertEveryLineOnceInOrderAsync(api, writers.Logs);
        Assert.Equal(writers.Lines, await api.TryCountAsync());
        await AssertNoDeadLettersAsync(queue);
        await stack.StopAllAsync();
    }

    /// <summary>However much is behind: as long as documents come, they are waited for.</summary>
    private static async Task WaitWhileDocumentsComeAsync(ChaosStack stack, SearchApi api, long lines)
    {
        var patience = TimeSpan.FromMinutes(5);
        var (count, since) = (-1L, Stopwatch.StartNew());
        while (count < lines)
        {
            var next = await api.TryCountAsync();
            if (next != count)
            {
                (count, since) = (next, Stopwatch.StartNew());
            }

            Assert.True(
                since.Elapsed < patience,
                $"no new document in {patience.TotalMinutes} minutes: {count} of {lines}\n{stack.Output}");
            await Task.Delay(500);
        }
    }

    private static async Task AssertNoDeadLettersAsync(string queue)
    {
        await using var topics = await LogFlowProcess.RunAsync(
            "logflow", "topics", "list", "--bootstrap-server", queue);
        Assert.True(topics.ExitCode == 0, topics.Output);
        if (topics.Output.Contains("logs.dlq", StringComparison.Ordinal))
        {
            await using var letters = await LogFlowProcess.RunAsync(
                "logflow", "consume", "logs.dlq", "--exit", "--bootstrap-server", queue);
            Assert.Equal("", letters.Output);
        }
    }
}
