using System.Globalization;
using System.Text.RegularExpressions;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// What people install, start and apply agrees with the programs: every configuration is one that they take, and every
/// path, port and user is the same wherever it is named.
/// </summary>
public sealed partial class DeployTests
{
    /// <summary>The configuration, and the port of health and metrics in it.</summary>
    public static TheoryData<string, string, string> Configurations => new()
    {
        { "logflow-agent", "config/agent.yml", "http.port" },
        { "logflow-queue", "config/queue.yml", "queue.http.port" },
        { "logflow-processor", "config/processor.yml", "api.http.port" },
        { "logflow", "config/logflow.yml", "console.port" },
        { "logflow-agent", "kubernetes/agent.yml", "http.port" },
        { "logflow-queue", "kubernetes/queue.yml", "queue.http.port" },
        { "logflow-processor", "kubernetes/processor.yml", "api.http.port" },
    };

    public static TheoryData<string> Services => [.. DeployFile.Services];

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task Configuration_IsTakenWithoutAWarning(string program, string file, string portKey)
    {
        var arguments = new List<string> { "test", "config", "-c", DeployFile.PathOf(file) };
        if (file == "config/processor.yml")
        {
            // It names the pipeline where the package puts it.
            arguments.AddRange(["-E", $"path.config={DeployFile.PathOf("config/pipeline.conf")}"]);
        }

        await using var check = await LogFlowProcess.RunAsync(program, [.. arguments]);

        Assert.Equal("Config OK\n", check.Output);
        Assert.Equal(0, check.ExitCode);
        var port = DeployFile.Value(DeployFile.Read(file), portKey);
        Assert.InRange(int.Parse(port, CultureInfo.InvariantCulture), 1, 65535);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Unit_NamesWhatThePackageInstalls(string service)
    {
        var unit = DeployFile.Read(DeployFile.Unit(service));
        var build = DeployFile.Read("build");
        var command = DeployFile.Value(unit, "ExecStart").Split(' ');
        var config = Path.GetFileName(command[^1]);
        var state = DeployFile.Value(unit, "StateDirectory");

        Assert.Equal($"/usr/bin/{service}", command[0]);
        Assert.Equal($"/etc/logflow/{config}", command[^1]);
        Assert.Matches($@"\[{service}\]='?{Regex.Escape(config)}", build);
        Assert.Contains($"[{service}]={Path.GetFileName(state)}", build, StringComparison.Ordinal);
        Assert.Equal(service, DeployFile.Value(unit, "User"));
        Assert.Contains($"u {service} ", DeployFile.Read($"packages/systemd/{service}.sysusers"));

        var text = DeployFile.Read($"config/{config}");
        var key = service == "logflow-queue" ? "log.dirs" : "path.data";
        Assert.Equal($"/var/lib/{state}", DeployFile.Value(text, key));
    }

    [RequiresTheory(Requirement.SystemdAnalyze)]
    [MemberData(nameof(Services))]
    public async Task Unit_IsHardened(string service)
    {
        await using var check = await ChildProcess.RunAsync(
            "systemd-analyze", ["security", "--offline=true", DeployFile.PathOf(DeployFile.Unit(service))]);

        var exposure = Exposure().Match(check.Output);
        Assert.True(exposure.Success, check.Output);
        Assert.InRange(double.Parse(exposure.Groups[1].Value, CultureInfo.InvariantCulture), 0, 2.0);
    }

    [RequiresTheory(Requirement.DpkgDeb)]
    [MemberData(nameof(Services))]
    public async Task Package_HoldsProgramUnitAndManual(string service)
    {
        using var folder = new TempDirectory();
        await using var build = await ChildProcess.RunAsync(
            DeployFile.PathOf("build"),
            ["--from", AppContext.BaseDirectory, "--only", service, "--output", folder.Path],
            TimeSpan.FromMinutes(5));
        Assert.True(build.ExitCode == 0, build.Output);
        var package = Assert.Single(Directory.GetFiles(folder.Path, "*.deb"));

        await using var contents = await ChildProcess.RunAsync("dpkg-deb", ["--contents", package]);
        foreach (var path in (string[])
            [
                $"/usr/bin/{service}", $"/usr/lib/systemd/system/{service}.service",
                $"/usr/lib/sysusers.d/{service}.conf", $"/usr/share/man/man1/{service}.1.gz",
                $"/usr/share/doc/{service}/copyright",
            ])
        {
            Assert.Contains($".{path}\n", contents.Output, StringComparison.Ordinal);
        }

        await using var control = await ChildProcess.RunAsync("dpkg-deb", ["--field", package, "Package", "Version"]);
        Assert.Contains(service, control.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("@", control.Output, StringComparison.Ordinal);
        Assert.Contains(
            Path.GetFileName(package), File.ReadAllText(folder.File("SHA256SUMS")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent", "http.port")]
    [InlineData("queue", "queue.http.port")]
    [InlineData("processor", "api.http.port")]
    public void Manifest_NamesThePortsAndFilesOfItsConfiguration(string part, string portKey)
    {
        var manifest = DeployFile.Read($"kubernetes/{part}.yaml");
        var config = DeployFile.Read($"kubernetes/{part}.yml");
        var port = DeployFile.Value(config, portKey);

        Assert.Contains($"{{name: metrics, containerPort: {port}}}", manifest, StringComparison.Ordinal);
        Assert.Contains($"prometheus.io/port: \"{port}\"", manifest, StringComparison.Ordinal);
        Assert.Contains($"args: [-c, /etc/logflow-map/{part}.yml]", manifest, StringComparison.Ordinal);
        Assert.Contains(
            $"name: logflow-{part}\n    files: [{part}.yml]", DeployFile.Read("kubernetes/kustomization.yaml"));
        Assert.Contains("mountPath: /var/lib/logflow}", manifest, StringComparison.Ordinal);
        Assert.Contains("/var/lib/logflow/", config, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent", "http.port")]
    [InlineData("queue", "queue.http.port")]
    [InlineData("processor", "api.http.port")]
    public void Compose_AsksForHealthWhereItIs(string part, string portKey)
    {
        var compose = DeployFile.Read("docker/compose.yml");
        var service = compose[compose.IndexOf($"\n  {part}:", StringComparison.Ordinal)..];
        var port = DeployFile.Value(DeployFile.Read($"config/{part}.yml"), portKey);

        Assert.Equal(port, HealthPort().Match(service).Groups[1].Value);
        Assert.Contains($"NAME: logflow-{part}", service[..service.IndexOf("\n\n", StringComparison.Ordinal)]);
    }

    [GeneratedRegex(@"Overall exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Exposure();

    [GeneratedRegex(@"LOGFLOW_HEALTH_PORT: ""(\d+)""")]
    private static partial Regex HealthPort();
}
