namespace LogFlow.Agent;

/// <summary>Filebeat's processors that are not done, and what to do in their place.</summary>
internal static class RefusedProcessors
{
    private static readonly Dictionary<string, string> Ways = new(StringComparer.Ordinal)
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

    /// <summary>What to do in a processor's place; null where it is none of Filebeat's.</summary>
    public static string? FindWay(string name) => Ways.GetValueOrDefault(name);
}
