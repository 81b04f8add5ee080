using System.Text.Json.Nodes;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// Follows what arrives, poll by poll, for <c>search --follow</c> and <c>tail</c>. A server that does not answer is
/// said once, and asked again with each poll; nothing that arrived meanwhile is left out.
/// </summary>
internal sealed class HitFollower(SearchClient client, SearchOptions options, TimeProvider time)
{
    /// <summary>Between two polls.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly FollowCursor _cursor = new(client, options);
    private long _failedAt;

    /// <summary>Begins at this moment.</summary>
    /// <exception cref="StartupException">The server cannot be reached, or refuses.</exception>
    public Task BeginAsync(CancellationToken cancellationToken) =>
        _cursor.BeginAsync(time.GetUtcNow(), cancellationToken);

    /// <summary>Counts as shown.</summary>
    public void Show(JsonNode hit) => _cursor.Show(hit);

    /// <summary>Hands over all that is new.</summary>
    /// <param name="take">Takes each hit, the oldest first.</param>
    /// <param name="say">Takes what there is to say of the server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StartupException">The query cannot be read: asking again would not help.</exception>
    public async Task PollAsync(Action<JsonNode> take, Action<string> say, CancellationToken cancellationToken)
    {
        try
        {
            if (_failedAt != 0)
            {
                await _cursor.ResumeAsync(cancellationToken);
            }

            await foreach (var hit in _cursor.PollAsync(time.GetUtcNow(), cancellationToken))
            {
                take(hit);
            }

            if (_failedAt != 0)
            {
                say($"(it answers again, after {time.GetElapsedTime(_failedAt).TotalSeconds:0} s: going on)");
                _failedAt = 0;
            }
        }
        catch (StartupException error) when (error.ExitCode != 2)
        {
            // A restart, or a server that is busy: said once, and tried again.
            if (_failedAt == 0)
            {
                _failedAt = time.GetTimestamp();
                say($"({error.Message}: trying again every second)");
            }
        }
    }
}
