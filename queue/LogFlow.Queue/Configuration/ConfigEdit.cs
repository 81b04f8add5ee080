using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What the own settings of a topic or group are to become, or why the request makes no sense.</summary>
internal sealed record ConfigEdit(ErrorCode Error, string? Message, Dictionary<string, string> Overrides)
{
    public static ConfigEdit To(Dictionary<string, string> overrides) => new(ErrorCode.None, null, overrides);

    public static ConfigEdit Refused(ErrorCode error, string message) => new(error, message, []);

    public static ConfigEdit NullValue(string name) =>
        Refused(ErrorCode.InvalidRequest, $"Null value not supported for : {name}");
}
