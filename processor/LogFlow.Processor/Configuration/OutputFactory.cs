using LogFlow.Processor.Pipeline;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>Makes the outputs that a pipeline names.</summary>
internal static partial class OutputFactory
{
    public static List<Output> Create(CompiledPipeline pipeline, OutputServices services)
    {
        var outputs = new List<Output>(pipeline.Outputs.Count);
        var logger = services.Loggers.CreateLogger(typeof(OutputFactory).FullName!);
        foreach (var node in pipeline.Outputs)
        {
            SayWithoutEffect(node, logger);
            outputs.Add(Create(pipeline, node, outputs.Count, services));
        }

        return outputs;
    }

    /// <summary>Says which options of an input or output are taken and change nothing.</summary>
    public static void SayWithoutEffect(PluginNode node, ILogger logger)
    {
        foreach (var (option, reason) in WithoutEffect(node))
        {
            Log.WithoutEffect(logger, node.Id, option, reason);
        }
    }

    private static Output Create(CompiledPipeline pipeline, PluginNode node, int index, OutputServices services) =>
        node.Name switch
        {
            "elasticsearch" => new ElasticsearchOutput(
                index,
                node.Id,
                FilterStage.BatchesMax,
                ElasticsearchOutputPlugin.Read(node.Settings, pipeline.Options.IsEcs),
                services),
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
                SimpleOutputPlugins.ReadFile(node.Settings, pipeline.CreateCodec(node, "json_lines")),
                services),
            _ => throw new InvalidOperationException($"no output is called '{node.Name}'"),
        };

    private static IEnumerable<(string Option, string Reason)> WithoutEffect(PluginNode node) => node.Name switch
    {
        "elasticsearch" => ElasticsearchOutputPlugin.WithoutEffect(node.Settings),
        "file" => SimpleOutputPlugins.WithoutEffect(node.Settings),
        "kafka" => KafkaInputPlugin.WithoutEffect(node.Settings),
        _ => [],
    };

    private static partial class Log
    {
        [LoggerMessage(6050, LogLevel.Warning, "{Plugin}: '{Option}' is taken and changes nothing: {Reason}")]
        public static partial void WithoutEffect(ILogger logger, string plugin, string option, string reason);
    }
}
