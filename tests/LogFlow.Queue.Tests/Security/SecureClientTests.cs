namespace LogFlow.Queue.Tests;

/// <summary>Other people's clients over TLS and SASL.</summary>
public sealed class SecureClientTests
{
    [RequiresTheory(Requirement.Kcat)]
    [InlineData("SSL", "")]
    [InlineData("SASL_SSL", "PLAIN")]
    [InlineData("SASL_SSL", "SCRAM-SHA-256")]
    [InlineData("SASL_SSL", "SCRAM-SHA-512")]
    [InlineData("SASL_PLAINTEXT", "SCRAM-SHA-512")]
    public async Task Kcat_ProducesAndReadsBack(string listener, string mechanism)
    {
        await using var secure = await SecureQueue.StartAsync();
        using var directory = new TempDirectory();
        var lines = Enumerable.Range(0, 20_000).Select(i => $"line {i} {new string('x', i % 300)}").ToArray();
        await File.WriteAllLinesAsync(directory.File("in.txt"), lines);
        var client = Kcat(secure, listener, mechanism, SecureQueue.Password);

        await RunAsync([.. client, "-t", "logs", "-P", "-l", directory.File("in.txt")]);
        var read = await RunAsync([.. client, "-t", "logs", "-C", "-e", "-q", "-o", "beginning"]);

        Assert.Equal(lines, read.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var metadata = await RunAsync([.. client, "-L"]);
        Assert.Contains($"at {secure.Address(listener)}", metadata, StringComparison.Ordinal);
    }

    [RequiresFact(Requirement.Kcat)]
    public async Task Kcat_WithAClientCertificate_EntersTheListenerThatRequiresOne()
    {
        await using var secure = await SecureQueue.StartAsync();
        var (certificate, key) = secure.Authority.Issue("agent");
        var client = Kcat(secure, "MUTUAL", "", "");

        var metadata = await RunAsync(
            [.. client, "-X", $"ssl.certificate.location={certificate}", "-X", $"ssl.key.location={key}", "-L"]);
        await using var refused = await ChildProcess.RunAsync("kcat", [.. client, "-L", "-m", "3"]);

        Assert.Contains($"at {secure.Address("MUTUAL")}", metadata, StringComparison.Ordinal);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(
            secure.Queue.Warnings,
            warning => warning.Contains("listener MUTUAL refused", StringComparison.Ordinal));
    }

    [RequiresFact(Requirement.Kcat)]
    public async Task Kcat_WithAWrongPassword_IsTold()
    {
        await using var secure = await SecureQueue.StartAsync();
        await using var kcat = await ChildProcess.RunAsync(
            "kcat", [.. Kcat(secure, "SASL_SSL", "PLAIN", "wrong"), "-L", "-m", "3"]);

        Assert.NotEqual(0, kcat.ExitCode);
        Assert.Contains("Invalid username or password", kcat.Output, StringComparison.Ordinal);
        Assert.Contains(secure.Queue.Warnings, warning =>
            warning.Contains("SASL_SSL refused: Authentication failed: Invalid username", StringComparison.Ordinal));
    }

    [RequiresTheory(Requirement.Kafka)]
    [InlineData("SSL", "PLAIN")]
    [InlineData("SASL_SSL", "PLAIN")]
    [InlineData("SASL_SSL", "SCRAM-SHA-512")]
    public async Task JavaTools_CreateProduceAndConsume(string listener, string mechanism)
    {
        await using var secure = await SecureQueue.StartAsync();
        var config = secure.JavaConfig(listener, mechanism);
        string[] server = ["--bootstrap-server", secure.Address(listener)];

        await KafkaTool.RunAsync(
            "topics", [.. server, "--command-config", config, "--create", "--topic", "logs", "--partitions", "2"]);
        await KafkaTool.RunAsync(
            "producer-perf-test",
            ["--topic", "logs", "--num-records", "5000", "--record-size", "200", "--throughput", "-1",
                "--producer-props", $"bootstrap.servers={secure.Address(listener)}", "--producer.config", config]);
        var consumed = await KafkaTool.RunAsync(
            "console-consumer",
            [.. server, "--topic", "logs", "--from-beginning", "--max-messages", "5000", "--group", "g",
                "--consumer.config", config]);

        Assert.Contains("Processed a total of 5000 messages", consumed, StringComparison.Ordinal);
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task KafkaConfigs_MakesAUser_WhoThenLogsIn()
    {
        await using var secure = await SecureQueue.StartAsync();
        await KafkaTool.RunAsync(
            secure.Queue, "configs", "--alter", "--entity-type", "users", "--entity-name", "bob", "--add-config",
            "SCRAM-SHA-512=[iterations=8192,password=bob-secret]");
        var described = await KafkaTool.RunAsync(
            secure.Queue, "configs", "--describe", "--entity-type", "users", "--entity-name", "bob");
        var config = secure.JavaConfig("SASL_SSL", "SCRAM-SHA-512");
        await File.WriteAllTextAsync(
            config,
            (await File.ReadAllTextAsync(config)).Replace("alice-secret", "bob-secret", StringComparison.Ordinal)
                .Replace("\"alice\"", "\"bob\"", StringComparison.Ordinal));

        Assert.Contains("SCRAM-SHA-512=iterations=8192", described, StringComparison.Ordinal);
        await KafkaTool.RunAsync(
            "topics", "--bootstrap-server", secure.Address("SASL_SSL"), "--command-config", config, "--list");
        await KafkaTool.RunAsync(
            secure.Queue, "configs", "--alter", "--entity-type", "users", "--entity-name", "bob", "--delete-config",
            "SCRAM-SHA-512");
    }

    private static string[] Kcat(SecureQueue secure, string listener, string mechanism, string password) =>
    [
        "-b", secure.Address(listener),
        "-X", $"security.protocol={(listener == "MUTUAL" ? "SSL" : listener)}",
        "-X", $"ssl.ca.location={secure.Authority.CaFile}",
        .. mechanism.Length == 0
            ? Array.Empty<string>()
            : ["-X", $"sasl.mechanisms={mechanism}", "-X", $"sasl.username={SecureQueue.User}",
                "-X", $"sasl.password={password}"],
    ];

    private static async Task<string> RunAsync(string[] arguments)
    {
        await using var kcat = await ChildProcess.RunAsync("kcat", arguments, TimeSpan.FromSeconds(60));
        Assert.True(kcat.ExitCode == 0, kcat.Output);
        return kcat.Output;
    }
}
