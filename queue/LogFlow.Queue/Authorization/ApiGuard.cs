using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>Stands before one API's handler: nothing gets past it that the client may not do.</summary>
/// <param name="key">The API.</param>
/// <param name="needs">What it needs, for people.</param>
internal abstract class ApiGuard(ApiKey key, string needs)
{
    public ApiKey Key => key;

    public string Needs => needs;
}
