namespace LogFlow.Processor.Pipeline;

/// <summary>The table of built-in plugins, and of Logstash's that are known but not supported.</summary>
internal static class BuiltInPlugins
{
    private const string UseRuby = "LogFlow runs no Ruby; mutate, translate, grok and conditionals cover most uses";

    public static IReadOnlyList<PluginSpec> All { get; } =
    [
        GrokFilter.Spec,
        DissectFilter.Spec,
        DateFilter.Spec,
        JsonFilter.Spec,
        MutateFilter.Spec,
        DropFilter.Spec,
        KvFilter.Spec,
        CsvFilter.Spec,
        UrlDecodeFilter.Spec,
        SplitFilter.Spec,
        CloneFilter.Spec,
        TranslateFilter.Spec,
        FingerprintFilter.Spec,
        SyslogPriFilter.Spec,
        TruncateFilter.Spec,
        PruneFilter.Spec,
        BytesFilter.Spec,
        CidrFilter.Spec,
        ThrottleFilter.Spec,
        JsonCodec.Spec,
        JsonCodec.LinesSpec,
        PlainCodec.Spec,
        LineCodec.Spec,
        RubyDebugCodec.Spec,
        PluginSpec.Missing(PluginKind.Filter, "ruby", UseRuby),
        PluginSpec.Missing(PluginKind.Filter, "aggregate", UseRuby),
        PluginSpec.Missing(PluginKind.Filter, "geoip", "leave it out; a GeoLite2 database cannot be read yet"),
        PluginSpec.Missing(PluginKind.Filter, "useragent", "leave it out; user agents cannot be taken apart yet"),
        PluginSpec.Missing(PluginKind.Filter, "xml", "leave it out; XML cannot be taken apart yet"),
        PluginSpec.Missing(PluginKind.Filter, "dns", "leave it out; names cannot be looked up yet"),
        PluginSpec.Missing(PluginKind.Filter, "elasticsearch", "leave it out; events cannot be looked up yet"),
        PluginSpec.Missing(PluginKind.Filter, "http", "leave it out; events cannot be looked up yet"),
        PluginSpec.Missing(PluginKind.Filter, "jdbc_streaming", "use translate with a dictionary file"),
        PluginSpec.Missing(PluginKind.Filter, "multiline", "use the agent's multiline settings"),
        PluginSpec.Missing(PluginKind.Codec, "multiline",
            "use the agent's multiline settings: it sees the file's order"),
        PluginSpec.Missing(PluginKind.Codec, "avro", "use json"),
        PluginSpec.Missing(PluginKind.Codec, "protobuf", "use json"),
        PluginSpec.Missing(PluginKind.Codec, "msgpack", "use json"),
    ];
}
