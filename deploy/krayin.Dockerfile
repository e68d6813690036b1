# A Krayin with its REST API, to try things on (docker compose --profile krayin). Not for production:
# it has an administrator admin@example.com with the password admin123.
FROM php:8.2-apache-bookworm
COPY --from=composer:2 /usr/bin/composer /usr/local/bin/composer
RUN apt-get update \
 && apt-get install -y --no-install-recommends git unzip libzip-dev libicu-dev libpng-dev libjpeg-dev \
 && rm -rf /var/lib/apt/lists/* \
 && docker-php-ext-configure gd --with-jpeg \
 && docker-php-ext-install bcmath calendar gd intl pdo_mysql zip \
 && a2enmod rewrite \
 && sed -i 's#/var/www/html#/var/www/krayin/public#' /etc/apache2/sites-available/000-default.conf \
 && printf '<Directory /var/www/krayin/public>\n AllowOverride All\n Require all granted\n CGIPassAuth On\n</Directory>\n' \
    > /etc/apache2/conf-enabled/krayin.conf
ARG KRAYIN=2.1.*
ARG REST_API=2.1.*
RUN COMPOSER_ALLOW_SUPERUSER=1 composer create-project --no-interaction krayin/laravel-crm /var/www/krayin "$KRAYIN" \
 && cd /var/www/krayin \
 && COMPOSER_ALLOW_SUPERUSER=1 composer require --no-interaction krayin/rest-api "$REST_API" \
 && chown -R www-data:www-data storage bootstrap/cache
WORKDIR /var/www/krayin
COPY deploy/krayin-start.sh /usr/local/bin/krayin-start
CMD ["sh", "/usr/local/bin/krayin-start"]
