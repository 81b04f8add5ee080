using Elastic.Transport;
using TypedResponse = Elastic.Transport.Products.Elasticsearch.ElasticsearchResponse;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>What a request that is no bulk came to, raw or typed.</summary>
/// <param name="Status">The HTTP status; 0: no (readable) answer.</param>
/// <param name="ErrorType">Elasticsearch's error type; empty where there is none.</param>
/// <param name="Reason">What went wrong, in words; empty where nothing did.</param>
internal readonly record struct ApiAnswer(int Status, string ErrorType, string Reason)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Asking again may help: no answer, overload, a server that is just starting.</summary>
    public bool IsTransient => Status is 0 or 408 or 425 or 429 or >= 500;

    public override string ToString() => Status == 0 ? Reason : $"HTTP {Status} {ErrorType}: {Reason}";

    public static ApiAnswer Of(ElasticsearchResponse response)
    {
        var (type, reason) = response.IsSuccess ? (string.Empty, string.Empty) : response.ReadError();
        return new ApiAnswer(response.Status, type, reason);
    }

    /// <summary>Sends a typed request; what the typed client cannot read is an answer as well.</summary>
    public static async Task<(ApiAnswer Answer, T? Response)> SendAsync<T>(
        Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken)
        where T : TypedResponse
    {
        try
        {
            var response = await send(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            var details = response.ApiCallDetails;
            var error = response.ElasticsearchServerError?.Error;
            var reason = error?.Reason
                ?? (details.HasSuccessfulStatusCode ? string.Empty : details.OriginalException?.Message ?? "no reason");
            var answer = new ApiAnswer(
                details.HttpStatusCode ?? 0, error?.Type ?? string.Empty, ShortText.Of(reason));
            return (answer, response);
        }
        catch (TransportException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (new ApiAnswer(0, string.Empty, ShortText.Of(error.Message)), null);
        }
    }
}
