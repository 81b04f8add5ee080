namespace LogFlow.Agent;

/// <summary>Which of Filebeat's inputs there are, and what to do in the place of the others.</summary>
internal static class InputTypes
{
    private static readonly string[] Files = ["filestream", "log", "container", "docker"];

    private static readonly string[] Received = ["stdin", "tcp", "udp", "unix", "syslog", "journald"];

    private static readonly Dictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        ["winlog"] = "it reads Windows' event log; keep Winlogbeat for that, with output.kafka to the queue",
        ["kafka"] = "let the processor read that topic: input { kafka { … } }",
        ["redis"] = "let the processor read it: input { redis { … } }",
        ["mqtt"] = "let a processor or a bridge read it",
        ["http_endpoint"] = "let the processor take it: input { http { … } }",
        ["httpjson"] = "it polls an HTTP interface; let the processor do that: input { http_poller { … } }",
        ["cel"] = "it polls an HTTP interface; let the processor do that: input { http_poller { … } }",
    };

    /// <summary>Whether an input of this type receives, rather than reads log files.</summary>
    public static bool IsReceived(string type) => Received.Contains(type);

    /// <summary>Why an input of this type cannot be, and the way; null where it can.</summary>
    public static string? FindProblem(string type)
    {
        if (Files.Contains(type) || IsReceived(type))
        {
            return null;
        }

        return Others.TryGetValue(type, out var way)
            ? $"an input of type '{type}' is not done: {way}"
            : $"an input of type '{type}' is not done; {string.Join(", ", Files.Concat(Received))} are. Keep Filebeat "
                + "for it, with output.kafka to the queue";
    }
}
