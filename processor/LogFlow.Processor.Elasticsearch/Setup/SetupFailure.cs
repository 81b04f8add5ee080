namespace LogFlow.Processor.Elasticsearch;

/// <summary>What a failed step of the setup is called, and what to do about it.</summary>
internal static class SetupFailure
{
    /// <summary>An address without credentials.</summary>
    public static string Text(Uri server) =>
        server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>The exception for an answer that is no success.</summary>
    /// <param name="server">The server's address, without credentials.</param>
    /// <param name="what">The object, or what was asked.</param>
    /// <param name="request">Method and path.</param>
    /// <param name="answer">What came of it.</param>
    /// <param name="privilege">What the login needs to be allowed to, in the server's words.</param>
    public static SetupException Of(string server, string what, string request, ApiAnswer answer, string privilege)
    {
        var remedy = answer.Status switch
        {
            0 when answer.Reason.StartsWith("TLS:", StringComparison.Ordinal) =>
                "name the authority of its certificate (ssl_certificate_authorities or ca_trusted_fingerprint of the "
                + "output, setup.kibana.ssl.certificate_authorities for Kibana)",
            0 => "check the address, and that the server runs and is reached from here",
            401 => "check user and password, or the API key",
            403 => $"the login needs {privilege}",
            429 or 503 => "the server is busy or still starting; try again when it is ready",
            404 => "check that the address is the server's, with its path where it is behind a proxy",
            _ => "see the server's log; --dry-run prints what would be sent",
        };
        return new SetupException($"{server}: {what}: {request}: {answer}; {remedy}");
    }
}
