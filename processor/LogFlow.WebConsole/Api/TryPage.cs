using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>
/// What the page Try asks. One try runs at a time: it is somebody's curiosity beside the lines that have to be
/// processed. A browser that asks anew has ended its question before.
/// </summary>
internal sealed class TryPage(IPipelineTrial? trial) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _turn = new(1);

    private IPipelineTrial Trial => trial ?? throw new BackendException(
        404, "alone", "no pipeline runs in this process: lines are tried where 'logflow up' runs the processor");

    /// <summary>The text to begin with.</summary>
    public JsonObject Describe() => Trial.Describe();

    /// <summary>A try.</summary>
    public async Task<JsonObject> RunAsync(JsonObject state, CancellationToken cancellationToken)
    {
        var chosen = Trial;
        var input = PageJson.Text(state, "input") ?? throw BackendException.BadRequest("[input] is missing");
        if (!await _turn.WaitAsync(Patience, cancellationToken))
        {
            throw new BackendException(429, "busy", "others try lines, too, one at a time: ask again in a moment");
        }

        try
        {
            return chosen.Run(input, PageJson.Text(state, "text"), cancellationToken);
        }
        catch (FormatException error)
        {
            throw new BackendException(413, "too_long", error.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
