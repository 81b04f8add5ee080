using Microsoft.AspNetCore.Http;

namespace LogFlow.Hosting;

/// <summary>Answers of our small HTTP pages.</summary>
public static class TextAnswer
{
    /// <summary>Writes a whole body of text.</summary>
    public static Task WriteAsync(
        HttpContext context, string text, string contentType = "text/plain; charset=utf-8", int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text);
    }
}
