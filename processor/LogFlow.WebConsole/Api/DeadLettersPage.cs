using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace LogFlow.WebConsole;

/// <summary>
/// What the page of dead letters asks. Whatever changes something must come from a page of ours: the browser says so
/// (Sec-Fetch-Site, or Origin, which the guard of the port has compared by then), and nothing else is believed. One
/// change runs at a time: two of them would each count what the other moves.
/// </summary>
internal sealed class DeadLettersPage(IDeadLetterBox? box) : IDisposable
{
    private const int LettersMax = 50;

    private static readonly TimeSpan ChangeTimeout = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _turn = new(1);

    private IDeadLetterBox Box => box ?? throw new BackendException(
        404, "alone", "this console shows a server alone: dead letters are kept by the queue of 'logflow up'");

    /// <summary>What there is.</summary>
    public Task<JsonObject> ListAsync(CancellationToken cancellationToken) => Box.ListAsync(cancellationToken);

    /// <summary>Letters of a group, their values cut as lines are.</summary>
    public async Task<JsonObject> ReadAsync(JsonObject state, CancellationToken cancellationToken)
    {
        var answer = await Box.ReadAsync(DeadLetterChoice.Read(state), LettersMax, cancellationToken);
        foreach (var letter in answer["letters"]!.AsArray().OfType<JsonObject>())
        {
            foreach (var name in (string[])["value", "value_base64"])
            {
                if (letter.ContainsKey(name))
                {
                    letter[name] = FlatDocument.Shorten(letter[name], FlatDocument.CellLengthMax);
                }
            }
        }

        return answer;
    }

    /// <summary>Puts letters back, or says what would be.</summary>
    public Task<JsonObject> ReplayAsync(HttpRequest request, JsonObject state, CancellationToken cancellationToken) =>
        ChangeAsync(request, state, Box.ReplayAsync, cancellationToken);

    /// <summary>Takes letters away, or says what would go.</summary>
    public Task<JsonObject> PurgeAsync(HttpRequest request, JsonObject state, CancellationToken cancellationToken) =>
        ChangeAsync(request, state, Box.PurgeAsync, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<JsonObject> ChangeAsync(
        HttpRequest request, JsonObject state, Func<DeadLetterChoice, bool, CancellationToken, Task<JsonObject>> change,
        CancellationToken cancellationToken)
    {
        ThrowIfForeign(request);
        var choice = DeadLetterChoice.Read(state);
        if (state["dryRun"] is not JsonValue value || !value.TryGetValue(out bool isDryRun))
        {
            throw BackendException.BadRequest("[dryRun] must say true or false");
        }

        if (!await _turn.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new BackendException(409, "busy", "another replay or purge is under way: try again when it is done");
        }

        // A browser that goes away must not leave a change half done and unsaid; the limit is for a queue that hangs.
        using var limit = new CancellationTokenSource(ChangeTimeout);
        try
        {
            return await change(choice, isDryRun, isDryRun ? cancellationToken : limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new PipelineException($"the queue did not do it within {ChangeTimeout.TotalMinutes:0} minutes");
        }
        finally
        {
            _turn.Release();
        }
    }

    private static void ThrowIfForeign(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0 ? site != "same-origin" : request.Headers.Origin.Count == 0)
        {
            throw new BackendException(403, "foreign", "only the console's own page may ask for this "
                + "('logflow dlq replay' and 'logflow dlq purge' do it from a shell)");
        }
    }
}
