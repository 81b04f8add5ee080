using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>The servers that a pipeline's outputs write data streams to.</summary>
internal static class SetupServers
{
    /// <summary>Each server once, in the order of the text, with one of its data streams.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="report">Where outputs are named that need no setup.</param>
    public static IReadOnlyList<(ElasticsearchOptions Server, string DataStream)> Find(
        ProcessorConfig config, SetupReport report)
    {
        var servers = new List<(ElasticsearchOptions Server, string DataStream)>();
        var pipeline = ProcessorPipeline.Load(config, TimeProvider.System).Complete();
        foreach (var node in pipeline.Outputs)
        {
            if (node.Name != "elasticsearch")
            {
                report.Note($"output {node.Id} ({node.Name}): needs no setup");
                continue;
            }

            var options = ElasticsearchOutputPlugin.Read(node.Settings, pipeline.Options.IsEcs);
            if (options.DataStream is not { } stream)
            {
                report.Note($"output {node.Id}: writes plain indices; LogFlow's templates are for data streams");
            }
            else if (!servers.Exists(known => known.Server.Hosts.SequenceEqual(options.Server.Hosts)))
            {
                servers.Add((options.Server, new DocumentTarget(stream).Default.ToString()));
            }
        }

        return servers;
    }
}
