using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LogFlow.Hosting;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;
using Record = LogFlow.Kafka.Protocol.Record;

namespace LogFlow.Agent.Tests;

/// <summary>What a user sees of output.logstash, against a Lumberjack server of the tests' own.</summary>
public sealed class LogstashOutputTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Lines_ArriveInOrder_WithTheMetadataThatLogstashMakesNamesOf(int compressionLevel)
    {
        await using var server = new FakeLumberjackServer();
        await using var harness = Harness(server, config => config.CompressionLevel = compressionLevel);
        harness.AppendLines("a.log", 0, 5000);
        await harness.StartAsync();
        await FinishAsync(harness, server, 5000);

        Assert.Equal(Lines("a.log", 5000), server.Messages);
        Assert.True(server.Events.TryPeek(out var first));
        var metadata = first.GetProperty("@metadata");
        Assert.Equal("filebeat", metadata.GetProperty("beat").GetString());
        Assert.Equal("_doc", metadata.GetProperty("type").GetString());
        Assert.Equal(5000, server.Events.Select(each => each.GetProperty("@metadata").GetProperty("_id").GetString())
            .Distinct().Count());
        Assert.Equal(compressionLevel > 0, server.CompressedFrames > 0);
        Assert.All(server.Windows, count => Assert.InRange(count, 1, 2048));
    }

    [Fact]
    public async Task PartialAcknowledgements_AreNotSentAgain()
    {
        await using var server = new FakeLumberjackServer
        {
            // Alive, alive, a part; then the connection breaks.
            OnWindow = (number, count) =>
                number == 1 ? new([0, 0, (uint)(count / 2)], Closes: true) : null,
        };
        await using var harness = Harness(server, config => config.Pipelining = 0);
        harness.AppendLines("a.log", 0, 100);
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesAcknowledged == 100, "all acknowledged");
        await harness.StopAsync();

        var windows = server.Windows.ToArray();
        Assert.Equal(windows[0] - (windows[0] / 2), windows[1]);
        Assert.Equal(100, server.Messages.Distinct().Count());
    }

    [Fact]
    public async Task BrokenConnections_LoseNothingAndKeepTheOrder()
    {
        var random = new Random(4711);
        await using var server = new FakeLumberjackServer
        {
            OnWindow = (_, count) => random.Next(3) == 0
                ? new([.. random.Next(2) == 0 ? [] : new[] { (uint)random.Next(count) }], Closes: true)
                : null,
        };
        await using var harness = Harness(server, config => config.BulkMaxSize = 50);
        harness.AppendLines("a.log", 0, 2000);
        harness.AppendLines("b.log", 0, 2000);
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesAcknowledged == 4000, "all acknowledged");
        await harness.StopAsync();

        AssertInOrder(server, "a.log", 2000);
        AssertInOrder(server, "b.log", 2000);
        Assert.True(server.Connections > 3);
        Assert.True(harness.Loggers.Count(LogLevel.Warning, "the server closed the connection") > 0);
    }

    [Fact]
    public async Task SlowStart_BeginsWithSmallWindows()
    {
        await using var server = new FakeLumberjackServer();
        await using var harness = Harness(server, config => config.SlowStart = true);
        harness.AppendLines("a.log", 0, 1000);
        await harness.StartAsync();
        await FinishAsync(harness, server, 1000);

        Assert.InRange(server.Windows.First(), 1, 10);
        Assert.True(server.Windows.Max() > 10);
    }

    [Fact]
    public async Task SilentServer_IsLeftForTheNextHost()
    {
        await using var silent = new FakeLumberjackServer { OnWindow = (_, _) => new([]) };
        await using var server = new FakeLumberjackServer();
        await using var harness = Harness(server, config =>
        {
            config.Hosts = [silent.Address, server.Address];
            config.Timeout = TimeSpan.FromSeconds(3);
        });
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await FinishAsync(harness, server, 10);

        Assert.Equal(Lines("a.log", 10), server.Messages);
    }

    [Fact]
    public async Task LoadBalance_UsesEachHost_AndAFileOneOfThem()
    {
        await using var one = new FakeLumberjackServer();
        await using var two = new FakeLumberjackServer();
        await using var harness = Harness(one, config =>
        {
            config.Hosts = [$"{one.Address}, {two.Address}"];
            config.LoadBalance = true;
        });
        for (var file = 0; file < 30; file++)
        {
            harness.AppendLines($"{file}.log", 0, 10);
        }

        await harness.StartAsync();
        await Eventually.TrueAsync(() => one.Events.Count + two.Events.Count >= 300, "all events");
        await harness.StopAsync();

        Assert.NotEmpty(one.Events);
        Assert.NotEmpty(two.Events);
        Assert.Empty(FilesOf(one).Intersect(FilesOf(two)));
    }

    [Fact]
    public async Task Ttl_EndsAConnectionWithoutRepetition()
    {
        await using var server = new FakeLumberjackServer();
        await using var harness = Harness(server, config =>
        {
            config.Ttl = TimeSpan.FromMilliseconds(50);
            config.Timeout = TimeSpan.FromMinutes(1);
        });
        await harness.StartAsync();
        for (var line = 0; line < 100 || server.Connections < 4; line++)
        {
            harness.AppendLines("a.log", line, 1);
            var expected = line + 1;
            await Eventually.TrueAsync(() => server.Events.Count >= expected, $"line {line}");
        }

        await harness.StopAsync();
        Assert.Equal(Lines("a.log", server.Events.Count), server.Messages);
    }

    [Fact]
    public async Task Tls_IsUsedWhereTheSectionStands_AndOthersCertificatesAreRefused()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("Somebody else");
        var issued = authority.Issue("logstash", "127.0.0.1");
        using var certificate = CertificateOf(issued);
        await using var server = new FakeLumberjackServer(certificate);
        await using var harness = Harness(server, config => config.Ssl = new SslConfig
        {
            CertificateAuthorities = [authority.CaFile],
        });
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await FinishAsync(harness, server, 10);
        Assert.Equal(Lines("a.log", 10), server.Messages);

        using var strange = CertificateOf(other.Issue("logstash", "127.0.0.1"));
        await using var stranger = new FakeLumberjackServer(strange);
        await harness.StartAsync(config => config.Logstash!.Hosts = [stranger.Address]);
        await Eventually.TrueAsync(
            () => harness.Loggers.Count(LogLevel.Warning, "not among ssl.certificate_authorities") > 0,
            "a warning about the certificate");
        await harness.CrashAsync();
        Assert.Empty(stranger.Events);
    }

    [Fact]
    public async Task Tls_AServerThatWantsACertificateOfOurs_IsExplained()
    {
        using var authority = new TestAuthority();
        using var certificate = CertificateOf(authority.Issue("logstash", "127.0.0.1"));
        await using var server = new FakeLumberjackServer(certificate) { RequiresClientCertificate = true };
        await using var harness = Harness(server, config => config.Ssl = new SslConfig
        {
            CertificateAuthorities = [authority.CaFile],
        });
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await Eventually.TrueAsync(
            () => harness.Loggers.Count(LogLevel.Warning, "no ssl.certificate is set") > 0,
            "a warning that a certificate is wanted");
        await harness.CrashAsync();
        Assert.Empty(server.Events);
    }

    [Fact]
    public async Task KillsOfTheAgent_LoseNothingAndKeepTheOrder()
    {
        using var folder = new TempDirectory();
        var random = new Random(42);
        await using var server = new FakeLumberjackServer
        {
            OnWindow = (_, _) => random.Next(20) == 0 ? new([], Closes: true) : null,
        };
        await using var agent = new AgentProcess(folder, $$"""
            output.logstash:
              hosts: ["{{server.Address}}"]
              bulk_max_size: 100
              backoff: {init: 10ms, max: 100ms}
            """);
        const int Count = 20_000;
        agent.AppendLines("a.log", 0, Count);
        agent.AppendLines("b.log", 0, Count);
        for (var round = 1; round <= 4; round++)
        {
            await agent.StartAsync();
            var goal = round * 8000;
            await Eventually.TrueAsync(
                () => server.Events.Count >= goal, $"{goal} events", TimeSpan.FromSeconds(120));
            await agent.KillAsync();
        }

        await agent.StartAsync();
        await Eventually.TrueAsync(
            () => server.Messages.Distinct().Count() == 2 * Count, "all lines", TimeSpan.FromSeconds(120));
        await agent.StopAsync();
        AssertInOrder(server, "a.log", Count);
        AssertInOrder(server, "b.log", Count);
    }

    [Fact]
    public void Frames_AreTheProtocols()
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(0, "id-1"u8, "{\"message\":\"x\"}"u8);
        builder.Append(0, "id-2"u8, "{\"message\":\"y\"}"u8);
        using var batch = builder.Build();
        using var decoded = RecordBatch.Decode(batch.Memory, 1000);
        var events = new List<Record>();
        foreach (var record in decoded)
        {
            events.Add(record);
        }

        var bytes = new ArrayBufferWriter<byte>();
        new LumberjackFrames("filebeat", "1.2", compressionLevel: 0).Write(bytes, events.ToArray());

        const string One =
            """{"@metadata":{"beat":"filebeat","type":"_doc","version":"1.2","_id":"id-1"},"message":"x"}""";
        var expected = new List<byte>();
        expected.AddRange([.. "2W"u8, 0, 0, 0, 2]);
        expected.AddRange([.. "2J"u8, 0, 0, 0, 1, 0, 0, 0, (byte)One.Length, .. Encoding.UTF8.GetBytes(One)]);
        var two = One.Replace("id-1", "id-2").Replace("\"x\"", "\"y\"");
        expected.AddRange([.. "2J"u8, 0, 0, 0, 2, 0, 0, 0, (byte)two.Length, .. Encoding.UTF8.GetBytes(two)]);
        Assert.Equal(expected.ToArray(), bytes.WrittenSpan.ToArray());
    }

    private static AgentHarness Harness(FakeLumberjackServer server, Action<LogstashOutputConfig>? configure = null) =>
        new(config =>
        {
            config.Logstash = new LogstashOutputConfig
            {
                Hosts = [server.Address],
                BackoffInit = TimeSpan.FromMilliseconds(10),
                BackoffMax = TimeSpan.FromMilliseconds(100),
            };
            configure?.Invoke(config.Logstash);
            Assert.Empty(config.Logstash.Validate());
        });

    private static string[] Lines(string name, int count) =>
        [.. Enumerable.Range(0, count).Select(number => $"{name} line {number}")];

    private static HashSet<string> FilesOf(FakeLumberjackServer server) =>
        [.. server.Messages.Select(message => message[..message.IndexOf(' ', StringComparison.Ordinal)])];

    /// <summary>Each line is there, and the first arrival of each comes after that of the line before it.</summary>
    private static void AssertInOrder(FakeLumberjackServer server, string name, int count) => Assert.Equal(
        Lines(name, count),
        server.Messages.Where(message => message.StartsWith(name, StringComparison.Ordinal)).Distinct());

    private static X509Certificate2 CertificateOf((string Certificate, string Key) files)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task FinishAsync(AgentHarness harness, FakeLumberjackServer server, int expected)
    {
        try
        {
            await Eventually.TrueAsync(
                () => server.Events.Count >= expected && harness.Agent.GetStatus()!.BytesBehind == 0,
                $"{expected} events");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{server.Events.Count} of {expected} events; log:\n{harness.Loggers}");
        }

        await harness.StopAsync();
        Assert.Equal(expected, server.Events.Count);
    }
}
