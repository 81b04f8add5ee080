using System.Security.Authentication;
using System.Text;
using LogFlow.Bulk;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>
/// Posts a notification as JSON. Redirections are not followed: what the headers hold is for one server. Of the address
/// only the server is ever said.
/// </summary>
internal sealed class WebhookAction : AlertAction
{
    /// <summary>By which a receiver can tell a second delivery (draft-ietf-httpapi-idempotency-key-header).</summary>
    private const string IdHeader = "Idempotency-Key";

    private readonly AlertWebhookConfig _config;
    private readonly HttpClient _http;
    private readonly Uri _url;

    /// <summary>Of a configuration that was checked.</summary>
    public WebhookAction(AlertWebhookConfig config)
        : base("webhook", new Uri(config.Url).GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped))
    {
        _config = config;
        var written = new Uri(config.Url);
        _url = new UriBuilder(written) { UserName = "", Password = "", Fragment = "" }.Uri;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (config.Ssl?.CreateClient() is { } tls)
        {
            handler.SslOptions = tls.ForHttp();
        }

        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 1 << 20 };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"LogFlow/{ProductVersion.Text}");
        if (written.UserInfo.Length > 0)
        {
            _http.DefaultRequestHeaders.Authorization = ServerOptions.Basic(Uri.UnescapeDataString(written.UserInfo));
        }
    }

    /// <inheritdoc/>
    public override Task SendAsync(AlertNotification notification, CancellationToken cancellationToken) =>
        WithinAsync(_config.Timeout, async patience =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _url);
            request.Content = new StringContent(notification.ToJson(), Encoding.UTF8, "application/json");
            foreach (var (name, value) in _config.Headers)
            {
                if (!request.Headers.TryAddWithoutValidation(name, value))
                {
                    request.Content.Headers.Remove(name);
                    request.Content.Headers.TryAddWithoutValidation(name, value);
                }
            }

            if (!request.Headers.Contains(IdHeader))
            {
                request.Headers.TryAddWithoutValidation(IdHeader, notification.Id);
            }

            try
            {
                using var response = await _http.SendAsync(request, patience);
                if (!response.IsSuccessStatusCode)
                {
                    var text = await response.Content.ReadAsStringAsync(patience);
                    throw new AlertActionException(
                        $"it answered {(int)response.StatusCode}: {LogText.Escape(ShortText.Of(text.Trim()))}");
                }
            }
            catch (HttpRequestException error)
            {
                throw new AlertActionException(
                    error.InnerException is AuthenticationException reason ? reason.Message : error.Message);
            }
        }, cancellationToken);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }
}
