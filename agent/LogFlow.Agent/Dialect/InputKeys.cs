using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>Keys that stand in an input of a type that has no use for them: taken, as in Filebeat, and said.</summary>
internal static class InputKeys
{
    private static readonly string[] OfFiles =
    [
        "paths", "prospector", "close", "close_inactive", "close_removed", "close_renamed", "close_eof",
        "clean_inactive", "clean_removed", "ignore_older", "ignore_inactive", "harvester_limit", "backoff",
        "max_backoff", "scan_frequency", "tail_files", "seek_to_tail", "compression", "exclude_files",
        "recursive_glob", "symlinks", "take_over", "containers", "stream", "harvester_buffer_size", "buffer_size",
    ];

    private static readonly string[] OfText = ["encoding", "line_terminator"];

    private static readonly string[] OfSockets =
    [
        "host", "network", "path", "socket_type", "group", "mode", "max_message_size", "framing", "line_delimiter",
        "max_connections", "timeout", "read_buffer", "ssl", "protocol", "timezone",
    ];

    private static readonly string[] OfJournals =
    [
        "seek", "since", "units", "syslog_identifiers", "transports", "facilities", "include_matches",
        "journalctl_path",
    ];

    /// <summary>Warns of each.</summary>
    public static void WarnOfOthers(ConfigNode input, ConfigReport report)
    {
        var type = input.Text("type") ?? input.Text("input_type") ?? "filestream";
        IEnumerable<string> others = type switch
        {
            "stdin" => [.. OfFiles, .. OfSockets, .. OfJournals],
            "journald" => [.. OfFiles.Where(static key => key != "paths"), .. OfText, .. OfSockets],
            _ when InputTypes.IsReceived(type) => [.. OfFiles, .. OfText, .. OfJournals],
            _ => [.. OfSockets, .. OfJournals, "spool"],
        };
        foreach (var key in others)
        {
            if (input.Find(key) is { IsEmpty: false } node)
            {
                report.Warn(node, $"'{key}' says nothing for an input of type '{type}'");
            }
        }
    }
}
