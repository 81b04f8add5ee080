using System.Globalization;
using LogFlow.Testing;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Runs real clients against a real Kafka through <see cref="CaptureProxy"/>; writes golden files.</summary>
public sealed class GoldenCapture
{
    private const string Java = "Apache Kafka's Java client 4.1.0";
    private const string Kcat = "kcat 1.7.1 (librdkafka 2.0.2)";
    private const string Python = "kafka-python 2.0.2";

    // Frames are kept for people to read: large ones only where there is no smaller one.
    private const int FrameBytesMax = 2500;

    private static string KafkaTool => SharedFolder.File("servers", "kafka", "tool");

    [CaptureFact]
    public async Task RealClients_AgainstRealKafka_AreCaptured()
    {
        using var folder = new TempDirectory();
        var (broker, sasl) = (FreePort.Next(1), FreePort.Next());
        await using var proxy = new CaptureProxy(FreePort.Next(), broker);
        await using var saslProxy = new CaptureProxy(FreePort.Next(), sasl);
        await using var kafka = await StartKafkaAsync(folder, broker, sasl, proxy, saslProxy);
        var address = $"127.0.0.1:{proxy.Port}";

        await RunJavaToolsAsync(folder, proxy, address);
        await RunOthersAsync(folder, proxy, address);
        saslProxy.Client = Kcat;
        await RunAsync(
            "kcat", "-b", $"127.0.0.1:{saslProxy.Port}", "-L", "-X", "security.protocol=SASL_PLAINTEXT",
            "-X", "sasl.mechanisms=PLAIN", "-X", "sasl.username=admin", "-X", "sasl.password=secret");

        Save([.. proxy.Exchanges, .. saslProxy.Exchanges]);
    }

    private static async Task<ChildProcess> StartKafkaAsync(
        TempDirectory folder, int broker, int sasl, CaptureProxy proxy, CaptureProxy saslProxy)
    {
        string[] settings =
        [
            $"listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{broker + 1},"
                + $"SASL_PLAINTEXT://127.0.0.1:{sasl}",
            $"advertised.listeners=PLAINTEXT://127.0.0.1:{proxy.Port},SASL_PLAINTEXT://127.0.0.1:{saslProxy.Port}",
            "sasl.enabled.mechanisms=PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config="
                + "org.apache.kafka.common.security.plain.PlainLoginModule required "
                + "username=\"admin\" password=\"secret\" user_admin=\"secret\";",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:ANONYMOUS;User:admin",
        ];
        var kafka = ChildProcess.Start(
            SharedFolder.File("servers", "kafka", "run"),
            [
                "--data", folder.File("kafka"), "--port", broker.ToString(CultureInfo.InvariantCulture),
                .. settings.SelectMany(setting => new[] { "--set", setting }),
            ]);
        await kafka.WaitForLineAsync("ready ", TimeSpan.FromSeconds(120));
        return kafka;
    }

    private static async Task RunJavaToolsAsync(TempDirectory folder, CaptureProxy proxy, string address)
    {
        proxy.Client = Java;
        foreach (var line in Resources.ReadText("kafka-tools.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line == "@transactions")
            {
                var source = folder.File("Transactions.java");
                await File.WriteAllBytesAsync(source, Resources.Read("Transactions.java"));
                await RunAsync("java", "-cp", SharedFolder.File("servers", "kafka", "lib") + "/*", source, address);
                continue;
            }

            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            await RunAsync(KafkaTool, [words[0], "--bootstrap-server", address, .. words[1..]]);
        }

        var plan = folder.File("plan.json");
        await File.WriteAllTextAsync(
            plan, """{"version":1,"partitions":[{"topic":"golden","partition":0,"replicas":[1]}]}""");
        await RunAsync(
            KafkaTool,
            "reassign-partitions", "--bootstrap-server", address, "--reassignment-json-file", plan, "--execute");
        var records = folder.File("records.json");
        await File.WriteAllTextAsync(
            records, """{"version":1,"partitions":[{"topic":"golden","partition":0,"offset":1}]}""");
        await RunAsync(
            KafkaTool,
            "delete-records", "--bootstrap-server", address, "--offset-json-file", records);
    }

    private static async Task RunOthersAsync(TempDirectory folder, CaptureProxy proxy, string address)
    {
        proxy.Client = Kcat;
        var lines = folder.File("lines");
        await File.WriteAllTextAsync(lines, "a:first line\nb:second line\n");
        await RunAsync("kcat", "-b", address, "-L");
        await RunAsync("kcat", "-b", address, "-P", "-t", "golden", "-K:", "-z", "lz4", "-l", lines);
        await RunAsync(
            "kcat", "-b", address, "-P", "-t", "golden", "-K:", "-X", "enable.idempotence=true", "-l", lines);
        await RunAsync("kcat", "-b", address, "-C", "-t", "golden", "-e", "-o", "beginning");
        await RunAsync("kcat", "-b", address, "-Q", "-t", "golden:0:-1");
        await RunAsync(
            "kcat", "-b", address, "-X", "auto.offset.reset=earliest", "-c", "3", "-G", "golden-kcat-group", "golden");

        proxy.Client = Python;
        var script = folder.File("kafka_python.py");
        await File.WriteAllBytesAsync(script, Resources.Read("kafka_python.py"));
        await RunAsync(Requirements.DebianPython, script, address);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        await using var process = await ChildProcess.RunAsync(program, arguments);
        Console.WriteLine($"--- exit {process.ExitCode}: {program} {string.Join(' ', arguments)}\n{process.Output}");
    }

    private static void Save(IEnumerable<Exchange> exchanges)
    {
        var known = exchanges.Where(exchange => KafkaApis.TryGet(exchange.Header.ApiKey, out var range)
            && range.Contains(exchange.Header.ApiVersion));
        foreach (var group in known.GroupBy(exchange => (exchange.Header.ApiKey, exchange.Header.ApiVersion)))
        {
            var best = group
                .OrderBy(exchange => Math.Max(exchange.Request.Length, exchange.Response.Length) > FrameBytesMax)
                .ThenByDescending(exchange => exchange.Request.Length + exchange.Response.Length)
                .First();
            GoldenFile.Save(CaptureFactAttribute.Folder!, best);
        }
    }
}
