namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Below Elastic.Transport, above the sockets: sends an <see cref="Exchange"/>'s bytes, and reads every answer whole,
/// within a limit, before the transport sees it. So an answer that is cut off or too long is a failed request like any
/// other, for raw and typed requests alike; the transport would throw.
/// </summary>
internal sealed class ExchangeHandler(HttpMessageHandler inner, int responseBytesMax) : DelegatingHandler(inner)
{
    private const string ProductHeader = "X-Elastic-Product";

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var exchange = Exchange.Current;
        exchange?.Prepare(request);
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            var (body, length) = await AnswerReader.ReadAsync(response.Content, responseBytesMax, cancellationToken);
            if (exchange is not null)
            {
                exchange.Answered(response, body, length);
                Replace(response, new ByteArrayContent([]));
            }
            else
            {
                using (body)
                {
                    Replace(response, new ByteArrayContent(body.Value.Span[..length].ToArray()));
                }

                // The typed client refuses servers that do not call themselves Elasticsearch. Which dialect is spoken
                // is
                // known from GET / (ServerInfo); no server is refused for its name.
                response.Headers.TryAddWithoutValidation(ProductHeader, "Elasticsearch");
            }

            return response;
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            response.Dispose();
            throw new HttpRequestException(error.Message, error);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static void Replace(HttpResponseMessage response, ByteArrayContent content)
    {
        content.Headers.ContentType = response.Content.Headers.ContentType;
        response.Content.Dispose();
        response.Content = content;
    }
}
