using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// One raw request on its way through Elastic.Transport: the body as it goes over the wire and the answer as it came.
/// The transport would write every body into memory first and read every answer into objects; so the exchange travels
/// beside it with the asynchronous call, and <see cref="ExchangeHandler"/> puts its bytes in below.
/// </summary>
/// <param name="createContent">Makes the body for the node that was chosen; null: none.</param>
/// <param name="headers">Further request headers.</param>
internal sealed class Exchange(
    Func<Uri, HttpContent?> createContent, IReadOnlyList<KeyValuePair<string, string>>? headers) : IDisposable
{
    private static readonly AsyncLocal<Exchange?> Running = new();

    private HttpContent? _content;
    private ElasticsearchResponse? _answer;

    /// <summary>The exchange that the running call belongs to; null: a request of the typed client.</summary>
    public static Exchange? Current => Running.Value;

    /// <summary>The node that was asked; null: none yet.</summary>
    public Uri? Node { get; private set; }

    /// <summary>Belongs to the calling method and what it calls from now on.</summary>
    public void MakeCurrent() => Running.Value = this;

    public void Prepare(HttpRequestMessage request)
    {
        // Without the credentials that the configured URL may hold: it is printed.
        Node = new Uri(request.RequestUri!.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));
        _content?.Dispose();
        _content = createContent(Node);
        request.Content = _content;
        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    public void Answered(HttpResponseMessage response, Lease<LeasedBytes> body, int length)
    {
        _answer?.Dispose();
        _answer = new ElasticsearchResponse(Node!, (int)response.StatusCode, body, length, response.Headers);
    }

    /// <summary>The answer, whose owner is the caller from now on; null: none came.</summary>
    public ElasticsearchResponse? TakeAnswer()
    {
        var answer = _answer;
        _answer = null;
        return answer;
    }

    public void Dispose()
    {
        _content?.Dispose();
        _answer?.Dispose();
    }
}
