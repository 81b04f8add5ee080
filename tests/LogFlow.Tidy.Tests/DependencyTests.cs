using System.Xml.Linq;

namespace LogFlow.Tidy.Tests;

/// <summary>
/// The arrows between projects that the design allows. Agent, queue and processor meet on the wire only.
/// </summary>
public class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["LogFlow.Platform"] = [],
        ["LogFlow.Bulk"] = [],
        ["LogFlow.Hosting"] = ["LogFlow.Platform"],
        ["LogFlow.Kafka.Protocol.Generator"] = [],
        ["LogFlow.Kafka.Protocol"] = ["LogFlow.Kafka.Protocol.Generator", "LogFlow.Platform"],
        ["LogFlow.Kafka.Client"] = ["LogFlow.Kafka.Protocol"],
        ["LogFlow.Queue.Storage"] = ["LogFlow.Kafka.Protocol"],
        ["LogFlow.Queue"] = ["LogFlow.Queue.Storage", "LogFlow.Kafka.Protocol", "LogFlow.Hosting"],
        ["LogFlow.Agent"] = ["LogFlow.Kafka.Client", "LogFlow.Bulk", "LogFlow.Hosting"],
        ["LogFlow.Processor.Pipeline"] = ["LogFlow.Platform"],
        ["LogFlow.Processor.Elasticsearch"] = ["LogFlow.Bulk", "LogFlow.Platform"],
        ["LogFlow.Processor"] =
        [
            "LogFlow.Processor.Pipeline", "LogFlow.Processor.Elasticsearch", "LogFlow.Kafka.Client", "LogFlow.Hosting",
        ],
        ["LogFlow.Store"] = ["LogFlow.Hosting"],
    };

    /// <summary>
    /// Packages and frameworks, each where it is needed and nowhere else: a library that needs a logger does not need a
    /// web server.
    /// </summary>
    private static readonly Dictionary<string, string[]> Needed = new()
    {
        ["LogFlow.Agent"] = ["Microsoft.AspNetCore.App"],
        ["LogFlow.Appliance"] = ["Microsoft.AspNetCore.App"],
        ["LogFlow.Hosting"] =
        [
            "Microsoft.AspNetCore.App",
            "Microsoft.Extensions.Hosting.Systemd",
            "Microsoft.Extensions.Hosting.WindowsServices",
            "OpenTelemetry",
            "OpenTelemetry.Exporter.OpenTelemetryProtocol",
            "YamlDotNet",
            "System.CommandLine",
        ],
        ["LogFlow.Platform"] = ["ZstdSharp.Port"],
        ["LogFlow.Processor.Elasticsearch"] =
        [
            "Elastic.Clients.Elasticsearch",
            "Elastic.Transport",
            "Microsoft.Extensions.Logging.Abstractions",
        ],
        ["LogFlow.Processor.Pipeline"] = ["Microsoft.Extensions.Logging.Abstractions", "YamlDotNet"],
        ["LogFlow.Processor"] = ["Microsoft.AspNetCore.App"],
        ["LogFlow.Store"] = ["Microsoft.AspNetCore.App"],
        ["LogFlow.Kafka.Client"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["LogFlow.Kafka.Protocol.Generator"] = ["Microsoft.CodeAnalysis.CSharp"],
        ["LogFlow.Kafka.Protocol"] = ["K4os.Compression.LZ4", "K4os.Hash.xxHash", "Snappier"],
        ["LogFlow.Queue.Storage"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["LogFlow.Queue"] = ["Microsoft.AspNetCore.App"],
    };

    [Fact]
    public void Projects_UseOnlyThePackagesAndFrameworksThatTheyNeed()
    {
        var wrong =
            from project in SourceTree.Projects
            let name = Path.GetFileNameWithoutExtension(project)
            where Allowed.ContainsKey(name)
            from reference in XDocument.Load(project).Descendants()
            where reference.Name.LocalName is "PackageReference" or "FrameworkReference"
            let target = reference.Attribute("Include")!.Value
            where !Needed.GetValueOrDefault(name, []).Contains(target)
            select $"{name} must not use {target}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Projects_ReferOnlyToWhatTheDesignAllows()
    {
        var wrong =
            from project in SourceTree.Projects
            let name = Path.GetFileNameWithoutExtension(project)
            where Allowed.ContainsKey(name)
            from reference in XDocument.Load(project).Descendants("ProjectReference")
            let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)
            where !Allowed[name].Contains(target)
            select $"{name} must not refer to {target}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void Projects_AreAllKnownToThisTest() => Assert.Empty(
        SourceTree.Projects.Select(Path.GetFileNameWithoutExtension)
            .Where(name => !name!.EndsWith(".Tests", StringComparison.Ordinal))
            .Except([.. Allowed.Keys, "LogFlow.Appliance", "LogFlow.Testing", "LogFlow.Benchmarks"]));
}
