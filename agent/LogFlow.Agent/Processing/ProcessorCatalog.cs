using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>Filebeat's processors: those that there are, and what to do in the place of the others.</summary>
internal static class ProcessorCatalog
{
    private static readonly Dictionary<string, Func<EventProcessor>> Makers = new(StringComparer.Ordinal)
    {
        ["add_cloud_metadata"] = static () => new AddCloudMetadata(),
        ["add_docker_metadata"] = static () => new AddDockerMetadata(),
        ["add_fields"] = static () => new AddFields(),
        ["add_host_metadata"] = static () => new AddHostMetadata(),
        ["add_observer_metadata"] = static () => new AddHostMetadata { Target = "observer" },
        ["add_id"] = static () => new AddId(),
        ["add_kubernetes_metadata"] = static () => new AddKubernetesMetadata(),
        ["add_labels"] = static () => new AddLabels(),
        ["add_locale"] = static () => new AddLocale(),
        ["add_process_metadata"] = static () => new AddProcessMetadata(),
        ["add_tags"] = static () => new AddTags(),
        ["append"] = static () => new AppendValues(),
        ["community_id"] = static () => new CommunityId(),
        ["convert"] = static () => new ConvertFields(),
        ["copy_fields"] = static () => new CopyFields(),
        ["decode_base64_field"] = static () => new DecodeBase64Field(),
        ["decode_csv_fields"] = static () => new DecodeCsvFields(),
        ["decode_json_fields"] = static () => new DecodeJsonFields(),
        ["dissect"] = static () => new Dissect(),
        ["drop_event"] = static () => new DropEvent(),
        ["drop_fields"] = static () => new DropFields(),
        ["extract_array"] = static () => new ExtractArray(),
        ["fingerprint"] = static () => new Fingerprint(),
        ["include_fields"] = static () => new IncludeFields(),
        ["lowercase"] = static () => new ChangeCase(),
        ["move_fields"] = static () => new MoveFields(),
        ["rate_limit"] = static () => new RateLimit(),
        ["rename"] = static () => new RenameFields(),
        ["replace"] = static () => new ReplaceText(),
        ["syslog"] = static () => new SyslogProcessor(),
        ["timestamp"] = static () => new ParseTimestamp(),
        ["truncate_fields"] = static () => new TruncateFields(),
        ["uppercase"] = static () => new ChangeCase { IsUpper = true },
        ["urldecode"] = static () => new UrlDecode(),
    };

    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["script"] = "it runs JavaScript; write the same as the processor's filter { ruby { … } } or mutate, or with "
            + "dissect, rename, convert and drop_event here",
        ["dns"] = "the processor's filter { dns { … } } does it",
        ["decode_xml"] = "the processor's filter { xml { … } } does it",
        ["decode_xml_wineventlog"] = "the processor's filter { xml { … } } does it",
        ["registered_domain"] = "the processor has the whole event and does it",
        ["translate_sid"] = "it needs Windows; keep Winlogbeat for that",
        ["translate_ldap_attribute"] = "it needs a directory server; let the processor do it",
        ["detect_mime_type"] = "nothing here knows types of content",
        ["add_nomad_metadata"] = "Nomad is not asked; add_fields sets what is constant",
        ["add_cloudfoundry_metadata"] = "Cloud Foundry is not asked; add_fields sets what is constant",
        ["decompress_gzip_field"] = "lines are text; the file's own compression is the input's 'compression: auto'",
        ["parse_aws_vpc_flow_log"] = "the processor's filter { dissect { … } } does it",
        ["cache"] = "the processor's filter { translate { … } } does it",
    };

    /// <summary>What makes a processor; null where there is none of that name.</summary>
    public static Func<EventProcessor>? Find(string name) => Makers.GetValueOrDefault(name);

    /// <summary>What is worth a warning about a processor that there is.</summary>
    public static string? Warning(string name) => name switch
    {
        "add_kubernetes_metadata" => "'add_kubernetes_metadata' sets pod, namespace, container and node as the file's "
            + "path names them; labels and annotations, which the cluster's API has, are not asked for",
        _ => null,
    };

    /// <summary>Why there is none of that name, and the way.</summary>
    public static string Refuse(string name)
    {
        if (Others.TryGetValue(name, out var way))
        {
            return $"processor '{name}' is not done: {way}";
        }

        var nearest = NearestName.Find(name, Makers.Keys);
        return $"'{name}' is not a processor{(nearest is null ? "" : $"; did you mean '{nearest}'?")}";
    }
}
