using LogFlow.Processor.Execution;
using LogFlow.Processor.Outputs;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor.Configuration;

/// <summary>Makes the outputs that a pipeline names.</summary>
internal static class OutputFactory
{
    public static List<Output> Create(CompiledPipeline pipeline, OutputServices services)
    {
        var outputs = new List<Output>(pipeline.Outputs.Count);
        foreach (var node in pipeline.Outputs)
        {
            outputs.Add(Create(pipeline, node, outputs.Count, services));
        }

        return outputs;
    }

    private static Output Create(CompiledPipeline pipeline, PluginNode node, int index, OutputServices services) =>
        node.Name switch
        {
            "elasticsearch" => new ElasticsearchOutput(
                index, node.Id, FilterStage.BatchesMax, ElasticsearchOutputPlugin.Read(node.Settings), services),
            "store" => new StoreOutput(
                index,
                node.Id,
                FilterStage.BatchesMax,
                ElasticsearchOutputPlugin.ReadStore(node.Settings, services.StoreSecret),
                ElasticsearchOutputPlugin.ReadDataStream(node.Settings),
                services),
            "stdout" => new StdoutOutput(
                index, node.Id, FilterStage.BatchesMax, pipeline.CreateCodec(node, "rubydebug")),
            "file" => new FileOutput(
                index,
                node.Id,
                FilterStage.BatchesMax,
                new FileOutputOptions(
                    EventTemplate.Parse(node.Settings.String("path")!),
                    pipeline.CreateCodec(node, "json_lines"),
                    node.Settings.String("write_behavior") == "overwrite"),
                services),
            _ => throw new InvalidOperationException($"no output is called '{node.Name}'"),
        };
}
