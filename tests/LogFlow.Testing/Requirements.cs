using System.Collections.Concurrent;
using System.Diagnostics;

namespace LogFlow.Testing;

/// <summary>Looks for what tests need, once per test process.</summary>
public static class Requirements
{
    /// <summary>Debian's own interpreter: its packages are not seen by another Python that may come first.</summary>
    public const string DebianPython = "/usr/bin/python3";

    private static readonly ConcurrentDictionary<Requirement, string?> Known = new();

    /// <summary>Why a test that needs all of these cannot run here; null where it can.</summary>
    public static string? WhyMissing(params Requirement[] needed)
    {
        var missing = needed.Select(need => Known.GetOrAdd(need, Find)).Where(reason => reason is not null).ToArray();
        return missing.Length == 0 ? null : string.Join("; ", missing);
    }

    /// <summary>The full path of a program on the PATH, or null.</summary>
    public static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    private static string? Find(Requirement need) => need switch
    {
        Requirement.Shared => SharedFolder.Root is null ? "the folder shared/ is not beside the repository" : null,
        Requirement.Kafka => Server("kafka"),
        Requirement.Elasticsearch => Server("elasticsearch"),
        Requirement.OpenSearch => Server("opensearch"),
        Requirement.Kcat => Program("kcat", "kcat"),
        Requirement.KafkaPython => Python("kafka", "python3-kafka"),
        Requirement.ConfluentKafkaPython => Python("confluent_kafka", "python3-confluent-kafka"),
        Requirement.Node => Program("npm", "nodejs npm"),
        Requirement.Chromium => Program("chromium", "chromium"),
        Requirement.DpkgDeb => Program("dpkg-deb", "dpkg"),
        Requirement.SystemdAnalyze => Program("systemd-analyze", "systemd"),
        Requirement.Promtool => Program("promtool", "prometheus"),
        Requirement.Linux => OperatingSystem.IsLinux() ? null : "runs on Linux only",
        Requirement.Mount => SmallDisk.WhyImpossible(isImage: false),
        Requirement.LoopMount => SmallDisk.WhyImpossible(isImage: true),
        Requirement.Redis => ContainerImage.Redis.WhyMissing,
        Requirement.RabbitMq => ContainerImage.RabbitMq.WhyMissing,
        Requirement.PostgreSql => ContainerImage.PostgreSql.WhyMissing,
        Requirement.JavaImage => ContainerImage.Java.WhyMissing,
        Requirement.Kibana => ContainerImage.Kibana.WhyMissing ?? ContainerImage.FullElasticsearch.WhyMissing,
        Requirement.Filebeat => ContainerImage.Filebeat.WhyMissing,
        Requirement.Logstash => ContainerImage.Logstash.WhyMissing,
        _ => throw new ArgumentOutOfRangeException(nameof(need)),
    };

    private static string? Server(string name) =>
        SharedFolder.Root is null || !File.Exists(SharedFolder.File("servers", name, "run"))
            ? $"shared/servers/{name} is not there"
            : Program("java", "openjdk-17-jre-headless");

    private static string? Program(string name, string packages) =>
        FindProgram(name) is null ? $"{name} is not installed (apt-get install {packages})" : null;

    private static string? Python(string module, string package)
    {
        var reason = $"Python's {module} is not installed (apt-get install {package})";
        if (!File.Exists(DebianPython))
        {
            return reason;
        }

        using var python = Process.Start(new ProcessStartInfo(DebianPython, ["-c", $"import {module}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        python.WaitForExit();
        return python.ExitCode == 0 ? null : reason;
    }
}
