namespace LogFlow.Processor.Pipeline;

/// <summary>Makes codecs.</summary>
internal static class CodecFactory
{
    public static ICodec Create(PluginNode? node, string defaultCodec, PipelineOptions options)
    {
        var name = node?.Name ?? defaultCodec;
        var spec = node?.Spec ?? BuiltInPlugins.All.First(p => p.Kind == PluginKind.Codec && p.Name == name);
        node ??= new PluginNode(spec, name, default, new PluginSettings(spec, default, []));
        return spec.CreateCodec!(new PluginContext(node, options, []));
    }
}
