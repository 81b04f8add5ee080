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
        ["LogFlow.Hosting"] = ["LogFlow.Platform"],
        ["LogFlow.Kafka.Protocol.Generator"] = [],
        ["LogFlow.Kafka.Protocol"] = ["LogFlow.Kafka.Protocol.Generator", "LogFlow.Platform"],
        ["LogFlow.Kafka.Client"] = ["LogFlow.Kafka.Protocol"],
        ["LogFlow.Queue.Storage"] = ["LogFlow.Kafka.Protocol"],
        ["LogFlow.Queue"] = ["LogFlow.Queue.Storage", "LogFlow.Kafka.Protocol", "LogFlow.Hosting"],
        ["LogFlow.Agent"] = ["LogFlow.Kafka.Client", "LogFlow.Hosting"],
        ["LogFlow.Processor.Pipeline"] = ["LogFlow.Platform"],
        ["LogFlow.Processor.Elasticsearch"] = ["LogFlow.Platform"],
        ["LogFlow.Processor"] =
        [
            "LogFlow.Processor.Pipeline", "LogFlow.Processor.Elasticsearch", "LogFlow.Kafka.Client", "LogFlow.Hosting",
        ],
        ["LogFlow.Store"] = ["LogFlow.Hosting"],
    };

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
