using System.Text.RegularExpressions;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ListTransactions</b>, API key 66, versions 0-2.</para>
/// <para>Behaviour: all transactional ids that pass every filter given: state, producer id, duration, pattern. State
/// names that do not exist are named in the answer.</para>
/// <para>Versions: 0 is flexible; 1 a duration (KIP-994); 2 a pattern (KIP-1152), INVALID_REGULAR_EXPRESSION where it
/// is none.</para>
/// <para>Deviations from Apache Kafka: the pattern is one of .NET's without back-tracking (Kafka: RE2/J); both are of
/// the same family and take linear time.</para>
/// </summary>
internal sealed class ListTransactionsHandler(TransactionCoordinator transactions, TimeProvider time)
    : TypedRequestHandler<ListTransactionsRequest, ListTransactionsResponse>
{
    protected override ValueTask<ListTransactionsResponse?> HandleAsync(
        ListTransactionsRequest request, RequestContext context)
    {
        var response = new ListTransactionsResponse();
        var statuses = new HashSet<TransactionStatus>();
        foreach (var name in request.StateFilters)
        {
            if (Enum.GetNames<TransactionStatus>().Contains(name))
            {
                statuses.Add(Enum.Parse<TransactionStatus>(name));
            }
            else
            {
                response.UnknownStateFilters.Add(name);
            }
        }

        if (!TryParse(request.TransactionalIdPattern, out var pattern))
        {
            response.ErrorCode = ErrorCode.InvalidRegularExpression;
            return new(response);
        }

        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var state in transactions.List())
        {
            if ((request.StateFilters.Count == 0 || statuses.Contains(state.Status))
                && (request.ProducerIdFilters.Count == 0 || request.ProducerIdFilters.Contains(state.ProducerId))
                && (request.DurationFilter < 0 || nowMs - state.StartMs > request.DurationFilter)
                && (pattern is null || pattern.IsMatch(state.TransactionalId)))
            {
                response.TransactionStates.Add(new ListTransactionsResponse.TransactionStateData
                {
                    TransactionalId = state.TransactionalId,
                    ProducerId = state.ProducerId,
                    TransactionState = state.Status.ToString(),
                });
            }
        }

        return new(response);
    }

    private static bool TryParse(string? text, out Regex? pattern)
    {
        pattern = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        try
        {
            pattern = new Regex($@"\A(?:{text})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
